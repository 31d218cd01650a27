import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayBench, tokenOf } from '../../../fixtures/gateway/gateway-bench.ts';
import { post } from '../../../fixtures/gateway/raw-http.ts';

describe('a client of the first protocol version', () => {
  let bench: GatewayBench;
  const clients: Client[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await bench.dispose();
  });

  async function connect(name = 'old'): Promise<{ client: Client; transport: SSEClientTransport }> {
    const headers = { authorization: `Bearer ${tokenOf(name)}` };
    const client = new Client({ name, version: '1.0.0' });
    clients.push(client);
    const transport = new SSEClientTransport(new URL(`${bench.url}/good/sse`), {
      requestInit: { headers },
      eventSourceInit: { fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...headers } }) },
    });
    await client.connect(transport as Parameters<Client['connect']>[0]);
    return { client, transport };
  }

  it('calls tools, gets progress, and takes calls back', async () => {
    const { client, transport } = await connect();
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const steps: unknown[] = [];
    const { onmessage } = transport;
    // As it arrives: the SDK forgets who wants progress with the answer, which comes right after the last step.
    transport.onmessage = (message) => {
      if ('method' in message && message.method === 'notifications/progress') steps.push(message.params);
      onmessage?.(message);
    };
    await client.callTool({ name: 'slow', arguments: { steps: 3, stepMs: 5 } }, undefined, { onprogress: () => {} });
    expect(steps).toMatchObject([{ progress: 1 }, { progress: 2 }, { progress: 3 }]);
    const abort = new AbortController();
    const call = client.callTool({ name: 'slow', arguments: { steps: 1000, stepMs: 50 } }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort('enough'),
    });
    await expect(call).rejects.toThrow();
    expect(await bench.recorded(({ outcome }) => outcome === 'cancelled')).toMatchObject({
      tool: 'slow',
      client: 'old',
    });
  });

  it('keeps its session through a restart of the server and is told that tools may have changed', async () => {
    const { client } = await connect();
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    await bench.target().kill();
    await bench.target().start();
    await changed;
    expect(await client.callTool({ name: 'echo', arguments: { text: 'again' } })).toMatchObject({
      content: [{ text: 'again' }],
    });
  });

  it('passes the guard like everybody', async () => {
    bench.target().level = 'read-only';
    const { client } = await connect();
    expect(await client.callTool({ name: 'write_note', arguments: { text: 'x' } })).toMatchObject({ isError: true });
  });

  it('ends its calls with its stream, and has a session that is nobody else’s', async () => {
    const { client, transport } = await connect();
    const slow = client.callTool({ name: 'slow', arguments: { steps: 1000, stepMs: 50 } });
    slow.catch(() => {});
    // Where the client posts to is the SDK's own business, so it is read from what it holds.
    const where = new URL(String((transport as unknown as { _endpoint: URL })._endpoint));
    const list = { jsonrpc: '2.0', id: 9, method: 'tools/list' };
    expect((await post(where, list, { authorization: 'Bearer secret-other' })).status).toBe(404);
    await client.close();
    expect(await bench.recorded(({ outcome }) => outcome === 'cancelled')).toMatchObject({ tool: 'slow' });
    expect((await post(where, list, { authorization: 'Bearer secret-old' })).status).toBe(404);
  });

  it('is ended when its token is revoked', async () => {
    const { client } = await connect();
    const closed = new Promise<void>((resolve) => {
      client.onerror = () => resolve();
    });
    bench.gateway.endClient('old');
    await closed;
  });

  it('answers what is no message with the status for it', async () => {
    const { transport } = await connect();
    const where = new URL(String((transport as unknown as { _endpoint: URL })._endpoint));
    const own = { authorization: 'Bearer secret-old' };
    expect((await post(where, '{', own)).status).toBe(400);
    expect((await post(where, [], own)).status).toBe(400);
    expect(
      (await post(where, { jsonrpc: '2.0', id: 1, method: 'ping' }, { ...own, 'content-type': 'text/plain' })).status,
    ).toBe(415);
  });
});
