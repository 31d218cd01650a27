import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argumentHash } from '../../../../main/core/audit/argument-hash.ts';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { openSession, post } from '../../../fixtures/gateway/raw-http.ts';

describe('a server or a client that nobody expects', () => {
  let bench: GatewayBench;
  let session: Record<string, string>;
  let id = 0;

  beforeAll(async () => {
    bench = await GatewayBench.open();
    const script = fileURLToPath(new URL('../../../fixtures/gateway/unruly-server.mjs', import.meta.url));
    await bench.add('unruly', script).start();
    session = { ...(await openSession(bench.endpoint('unruly'))), accept: 'application/json' };
  });

  afterAll(() => bench.dispose());

  /** Arguments come as JSON, since the test's own `JSON.stringify` ends where the server's would. */
  async function call(name: string, args = '{}') {
    id += 1;
    const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
    return (await post(bench.endpoint('unruly'), body, session)).json;
  }

  it.each(['deep-answer', 'error-number', 'error-text', 'odd-content'])(
    'answers once after %s, and goes on',
    async (tool) => {
      expect(await call(tool)).toMatchObject({ id });
      expect(bench.calls.at(-1)).toMatchObject({ tool, outcome: expect.stringMatching(/error/) });
      expect(await call('fine')).toMatchObject({ result: { content: [{ text: 'well' }] } });
    },
  );

  it.each(['deep-notification', 'odd-notifications'])('passes over %s', async (tool) => {
    const subscribe = { jsonrpc: '2.0', id: tool, method: 'resources/subscribe', params: { uri: 'a' } };
    expect((await post(bench.endpoint('unruly'), subscribe, session)).json).toMatchObject({ result: {} });
    expect(await call(tool)).toMatchObject({ result: { content: [{ text: 'well' }] } });
  });

  it('lists the tools that have names', async () => {
    const list = { jsonrpc: '2.0', id: 'list', method: 'tools/list' };
    expect((await post(bench.endpoint('unruly'), list, session)).json).toMatchObject({
      result: { tools: [{ name: 'fine' }] },
    });
  });

  it('takes whatever a client sends where text belongs', async () => {
    const odd = { toString: 1, valueOf: 1 };
    const messages = [
      { id: 'l', method: 'logging/setLevel', params: { level: odd } },
      { id: 's', method: 'resources/subscribe', params: { uri: odd } },
      { id: 'u', method: 'resources/unsubscribe', params: { uri: odd } },
      { method: 'notifications/cancelled', params: { requestId: odd, reason: odd } },
      { method: 'notifications/cancelled', params: { requestId: 'none', reason: odd } },
      { id: 'i', method: 'initialize', params: { protocolVersion: '2025-06-18', clientInfo: odd } },
    ];
    for (const message of messages) {
      const { status } = await post(bench.endpoint('unruly'), { jsonrpc: '2.0', ...message }, session);
      expect(status, JSON.stringify(message)).toBeLessThan(500);
    }
  });

  it('keeps no more of a name than anybody reads', async () => {
    await call('x'.repeat(100_000));
    const named = {
      protocolVersion: '2025-06-18',
      clientInfo: { name: 'n'.repeat(5_000), version: 'v'.repeat(5_000) },
    };
    await post(bench.endpoint('unruly'), { jsonrpc: '2.0', id: 'i', method: 'initialize', params: named });
    const { clientInfo } = bench.seen.at(-1) ?? {};
    expect([clientInfo?.name.length, clientInfo?.version.length]).toEqual([200, 200]);
    await post(bench.endpoint('unruly'), { jsonrpc: '2.0', id: 'm', method: 'm'.repeat(100_000) }, session);
    const [tool, other] = bench.calls.slice(-2);
    expect(tool?.tool).toHaveLength(200);
    expect(other?.method).toHaveLength(200);
  });

  it('refuses arguments that are nested too deeply to be judged, and tells what it keeps of all others', async () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    for (const levels of [600, 3_000, 20_000]) {
      expect(JSON.stringify(await call('fine', nested(levels))), String(levels)).toContain('nested');
      expect(bench.calls.at(-1)).toMatchObject({ tool: 'fine', outcome: 'refused' });
    }
    expect(await call('fine', nested(400))).toMatchObject({ result: { content: [{ text: 'well' }] } });
    expect(argumentHash('fine', JSON.parse(nested(400)))).toHaveLength(64);
  });
});
