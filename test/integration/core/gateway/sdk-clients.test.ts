import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayBench, tokenOf } from '../../../fixtures/gateway/gateway-bench.ts';

describe('the official clients through the gateway', () => {
  let bench: GatewayBench;
  const clients: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await bench.dispose();
  });

  const headersOf = (name: string) => ({ requestInit: { headers: { authorization: `Bearer ${tokenOf(name)}` } } });

  async function connect(name = 'v1', prepare: (client: Client) => void = () => {}): Promise<Client> {
    const client = new Client({ name, version: '1.0.0' });
    prepare(client);
    clients.push(client);
    // The SDK's class does not fit its own interface under exactOptionalPropertyTypes.
    const transport = new StreamableHTTPClientTransport(bench.endpoint(), headersOf(name));
    await client.connect(transport as Parameters<Client['connect']>[0]);
    return client;
  }

  it('lists and calls tools, resources and prompts', async () => {
    const client = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'berth-fixture-good' });
    expect(client.getInstructions()).toBe('A fixture of the tests.');
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('write_note');
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    });
    expect((await client.readResource({ uri: 'fixture://greeting' })).contents[0]).toMatchObject({ text: 'hello' });
    expect((await client.getPrompt({ name: 'greet' })).messages).toHaveLength(1);
    expect(
      bench.calls.map(({ method, tool, outcome, client: who, context }) => [method, tool, outcome, who, context]),
    ).toEqual([
      ['tools/list', null, 'ok', 'v1', 'test-context'],
      ['tools/call', 'add', 'ok', 'v1', 'test-context'],
      ['resources/read', null, 'ok', 'v1', 'test-context'],
      ['prompts/get', null, 'ok', 'v1', 'test-context'],
    ]);
    expect(bench.seen[0]).toEqual({ slug: 'good', client: 'v1', clientInfo: { name: 'v1', version: '1.0.0' } });
  });

  it('leads progress to the call that asked for it', async () => {
    const client = await connect();
    const steps: number[] = [];
    const result = await client.callTool({ name: 'slow', arguments: { steps: 3, stepMs: 5 } }, undefined, {
      onprogress: ({ progress }) => steps.push(progress),
    });
    expect(result).toMatchObject({ content: [{ text: 'done after 3 steps' }] });
    expect(steps).toEqual([1, 2, 3]);
  });

  it('passes a cancellation on to the server', async () => {
    const client = await connect();
    const abort = new AbortController();
    const call = client.callTool({ name: 'slow', arguments: { steps: 1000, stepMs: 20 } }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort('enough'),
    });
    await expect(call).rejects.toThrow();
    expect(await bench.recorded(({ outcome }) => outcome === 'cancelled')).toMatchObject({ tool: 'slow' });
    const who = await client.callTool({ name: 'whoami', arguments: {} });
    expect(who.structuredContent).toMatchObject({ cancelled: 1 });
  });

  it('refuses what the server asks of a client on a shared process', async () => {
    const client = await connect();
    await expect(client.callTool({ name: 'ask_client', arguments: {} })).rejects.toThrow(
      'Berth shares this server between AI clients, so roots/list cannot be passed on',
    );
  });

  it('brings log lines to every session, each at its own level', async () => {
    const heard: Record<string, unknown[]> = { all: [], errors: [] };
    const listen = (name: string) => (client: Client) =>
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
        heard[name]?.push(params.data);
      });
    const all = await connect('all', listen('all'));
    const errors = await connect('errors', listen('errors'));
    await all.setLoggingLevel('debug');
    await errors.setLoggingLevel('error');
    await all.callTool({ name: 'say', arguments: { level: 'info', text: 'one' } });
    await all.callTool({ name: 'say', arguments: { level: 'error', text: 'two' } });
    await expect.poll(() => heard).toEqual({ all: ['one', 'two'], errors: ['two'] });
  });

  it('keeps the session when the server is killed, and says what happened to the call in flight', async () => {
    let changed = 0;
    const client = await connect('v1', (created) =>
      created.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changed += 1;
      }),
    );
    const target = bench.target();
    const before = await client.callTool({ name: 'whoami', arguments: {} });
    const lost = client.callTool({ name: 'slow', arguments: { steps: 1000, stepMs: 20 } }, undefined, {
      onprogress: () => process.kill(target.pid ?? 0, 'SIGKILL'),
    });
    await expect(lost).rejects.toThrow(/The server good ended during this call/);
    const waiting = client.callTool({ name: 'whoami', arguments: {} });
    await target.start();
    const after = await waiting;
    expect(after.structuredContent).not.toMatchObject({ pid: (before.structuredContent as { pid: number }).pid });
    await expect.poll(() => changed).toBe(1);
  });

  it('speaks to the client of the other SDK generation, which falls back from the newer protocol', async () => {
    const client = new ClientV2({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    clients.push(client);
    await client.connect(new HttpV2(bench.endpoint(), headersOf('v2')));
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
    });
  });
});
