import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { initialize, openSession, post, type RawAnswer, raw } from '../../../fixtures/gateway/raw-http.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('what a request gets', () => {
  let bench: GatewayBench;
  let session: Record<string, string>;

  beforeAll(async () => {
    bench = await GatewayBench.open(['good', 'other'], { maxMessageBytes: 100_000, maxHeaderBytes: 8_192 });
    session = await openSession(bench.endpoint());
  });

  afterAll(() => bench.dispose());

  const answers: [string, number, () => Promise<RawAnswer>][] = [
    ['a request with everything', 200, () => post(bench.endpoint(), list, session)],
    ['localhost as Host', 200, () => post(bench.endpoint(), list, { ...session, host: 'localhost:9999' })],
    ['[::1] as Host', 200, () => post(bench.endpoint(), list, { ...session, host: '[::1]:1' })],
    ['a foreign Host', 403, () => post(bench.endpoint(), list, { ...session, host: 'evil.example' })],
    [
      'a Host that begins like ours',
      403,
      () => post(bench.endpoint(), list, { ...session, host: '127.0.0.1.evil.example' }),
    ],
    ['a foreign Host on /healthz', 403, () => raw(`${bench.url}/healthz`, { headers: { host: 'evil.example' } })],
    ['a foreign Host where nothing is', 403, () => raw(`${bench.url}/nothing`, { headers: { host: 'evil.example' } })],
    ['its own Origin', 200, () => post(bench.endpoint(), list, { ...session, origin: bench.url })],
    ['a foreign Origin', 403, () => post(bench.endpoint(), list, { ...session, origin: 'https://evil.example' })],
    ['another port as Origin', 403, () => post(bench.endpoint(), list, { ...session, origin: 'http://127.0.0.1:1' })],
    ['Origin null', 403, () => post(bench.endpoint(), list, { ...session, origin: 'null' })],
    ['an Origin that is none', 403, () => post(bench.endpoint(), list, { ...session, origin: 'not a url' })],
    [
      'a foreign Origin on initialize',
      403,
      () => post(bench.endpoint(), initialize(), { origin: 'http://evil.example' }),
    ],
    ['no token', 401, () => post(bench.endpoint(), list, { ...session, authorization: '' })],
    ['a wrong token', 401, () => post(bench.endpoint(), list, { ...session, authorization: 'Bearer nonsense' })],
    ['another scheme', 401, () => post(bench.endpoint(), list, { ...session, authorization: 'Basic secret-tester' })],
    [
      "another client's session",
      404,
      () => post(bench.endpoint(), list, { ...session, authorization: 'Bearer secret-x' }),
    ],
    ["another server's session", 404, () => post(bench.endpoint('other'), list, session)],
    ['an unknown session', 404, () => post(bench.endpoint(), list, { 'mcp-session-id': 'unknown' })],
    ['no session', 400, () => post(bench.endpoint(), list)],
    ['an unknown server', 404, () => post(bench.endpoint('nowhere'), list, session)],
    ['a capital in the server', 404, () => raw(`${bench.url}/GOOD/mcp`)],
    ['OAuth metadata', 404, () => raw(`${bench.url}/.well-known/oauth-protected-resource`)],
    ['OAuth metadata of the endpoint', 404, () => raw(`${bench.url}/.well-known/oauth-protected-resource/good/mcp`)],
    ['all servers without a token', 401, () => raw(`${bench.url}/all/mcp`)],
    [
      'a mode of all servers that there is not',
      400,
      () => post(new URL(`${bench.url}/all/mcp?mode=other`), initialize()),
    ],
    ['the older transport without a token', 401, () => raw(`${bench.url}/good/sse`)],
    [
      'the older transport for JSON',
      406,
      () =>
        raw(`${bench.url}/good/sse`, {
          headers: { authorization: 'Bearer secret-tester', accept: 'application/json' },
        }),
    ],
    [
      'the older transport with a POST',
      405,
      () => raw(`${bench.url}/good/sse`, { method: 'POST', headers: { authorization: 'Bearer secret-tester' } }),
    ],
    [
      'a message of the older transport without a session',
      404,
      () => post(new URL(`${bench.url}/good/messages`), list),
    ],
    [
      'a message of the older transport with a GET',
      405,
      () => raw(`${bench.url}/good/messages`, { headers: { authorization: 'Bearer secret-tester' } }),
    ],
    ['PUT', 405, () => raw(bench.endpoint(), { method: 'PUT', headers: { authorization: 'Bearer secret-tester' } })],
    [
      'OPTIONS',
      405,
      () => raw(bench.endpoint(), { method: 'OPTIONS', headers: { authorization: 'Bearer secret-tester' } }),
    ],
    ['text', 415, () => post(bench.endpoint(), list, { ...session, 'content-type': 'text/plain' })],
    [
      'a media type that only contains JSON',
      415,
      () => post(bench.endpoint(), list, { ...session, 'content-type': 'text/application/json' }),
    ],
    [
      'parameters of the media type',
      200,
      () => post(bench.endpoint(), list, { ...session, 'content-type': 'Application/JSON; charset=utf-8' }),
    ],
    ['a compressed body', 415, () => post(bench.endpoint(), list, { ...session, 'content-encoding': 'gzip' })],
    ['no form that it accepts', 406, () => post(bench.endpoint(), list, { ...session, accept: 'text/html' })],
    [
      'GET without event streams',
      406,
      () =>
        raw(bench.endpoint(), {
          headers: { ...session, authorization: 'Bearer secret-tester', accept: 'application/json' },
        }),
    ],
    ['a batch', 400, () => post(bench.endpoint(), [list], session)],
    ['what is not JSON', 400, () => post(bench.endpoint(), '{', session)],
    ['what is no message', 400, () => post(bench.endpoint(), { hello: 'you' }, session)],
    ['an id that is null', 400, () => post(bench.endpoint(), { ...list, id: null }, session)],
    ['parameters that are no object', 400, () => post(bench.endpoint(), { ...list, params: [1] }, session)],
    [
      'an unknown protocol version',
      400,
      () => post(bench.endpoint(), list, { ...session, 'mcp-protocol-version': '1999-01-01' }),
    ],
    [
      'an older protocol version',
      200,
      () => post(bench.endpoint(), list, { ...session, 'mcp-protocol-version': '2025-03-26' }),
    ],
    [
      'a notification',
      202,
      () => post(bench.endpoint(), { jsonrpc: '2.0', method: 'notifications/initialized' }, session),
    ],
    ['an answer to nothing', 202, () => post(bench.endpoint(), { jsonrpc: '2.0', id: 5, result: {} }, session)],
    ['too large a body', 413, () => post(bench.endpoint(), { ...list, params: { x: 'x'.repeat(100_000) } }, session)],
    ['too large headers', 431, () => post(bench.endpoint(), list, { ...session, 'x-large': 'x'.repeat(10_000) })],
  ];

  it.each(answers)('%s → %i', async (_name, status, ask) => {
    const answer = await ask();
    expect(answer.status, answer.text).toBe(status);
    if (status >= 400 && status !== 431)
      expect(answer.json).toMatchObject({ jsonrpc: '2.0', error: { message: expect.any(String) } });
  });

  it('says in a 401 that a token is wanted, and nothing that starts an OAuth dance', async () => {
    const answer = await post(bench.endpoint(), list, { authorization: '' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('gives no detail and no secret on /healthz, but shows that it is Berth', async () => {
    const answer = await raw(`${bench.url}/healthz`);
    expect(answer).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(answer.headers['x-berth']).toBe('1');
  });

  it('names the codes of JSON-RPC where there are some', async () => {
    const codeOf = async (answer: Promise<RawAnswer>) =>
      ((await answer).json as { error?: { code: number } } | null)?.error?.code;
    expect(await codeOf(post(bench.endpoint(), '{', session))).toBe(-32700);
    expect(await codeOf(post(bench.endpoint(), [list], session))).toBe(-32600);
    expect(await codeOf(post(bench.endpoint(), list, { 'mcp-session-id': 'unknown' }))).toBe(-32001);
    const unknown = await post(bench.endpoint(), list, { 'mcp-protocol-version': '2031-01-01' });
    expect(unknown.json?.['error']).toMatchObject({
      code: -32022,
      data: { supported: expect.arrayContaining(['2026-07-28', '2025-11-25']) },
    });
    // The version without sessions stands in the message as well.
    expect(await codeOf(post(bench.endpoint(), list, { 'mcp-protocol-version': '2026-07-28' }))).toBe(-32602);
  });

  it('stops reading a body without a length as soon as it is too large', async () => {
    const socket = connect(Number(new URL(bench.url).port), '127.0.0.1');
    const head = [
      'POST /good/mcp HTTP/1.1',
      'Host: 127.0.0.1',
      'Authorization: Bearer secret-tester',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ];
    socket.on('error', () => {});
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    let text = '';
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (data) => {
      text += data.toString();
    });
    for (let sent = 0; sent < 10; sent += 1) socket.write(chunk);
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('negotiates the version that both sides speak', async () => {
    for (const [asked, given] of [
      ['2025-03-26', '2025-03-26'],
      ['2024-11-05', '2024-11-05'],
      ['2026-07-28', '2025-11-25'],
      ['nonsense', '2025-11-25'],
    ]) {
      const answer = await post(bench.endpoint(), initialize(asked));
      expect(answer.json).toMatchObject({ id: 0, result: { protocolVersion: given } });
      expect(answer.headers['mcp-session-id']).toMatch(/^[\x21-\x7e]{16,}$/);
    }
  });

  it('ends a session on DELETE', async () => {
    const own = await openSession(bench.endpoint());
    const headers = { ...own, authorization: 'Bearer secret-tester' };
    expect((await raw(bench.endpoint(), { method: 'DELETE', headers })).status).toBe(204);
    expect((await post(bench.endpoint(), list, own)).status).toBe(404);
  });

  it('answers a client that takes one form only, or names it first, in that form', async () => {
    const slow = {
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'slow', arguments: { steps: 2, stepMs: 5 }, _meta: { progressToken: 't' } },
    };
    const json = await post(bench.endpoint(), slow, { ...session, accept: 'application/json' });
    expect(json.json).toMatchObject({ id: 7, result: { content: [{ text: 'done after 2 steps' }] } });
    const events = await post(bench.endpoint(), list, { ...session, accept: 'text/event-stream' });
    expect(events.headers['content-type']).toBe('text/event-stream');
    expect(events.text).toMatch(/^event: message\ndata: \{.*"id":1.*\}\n\n$/s);
    const rather = await post(bench.endpoint(), list, { ...session, accept: 'text/event-stream, application/json' });
    expect(rather.headers['content-type']).toBe('text/event-stream');
    const both = await post(bench.endpoint(), slow, session);
    const messages = both.text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)));
    expect(messages.map(({ method, params, id }) => [method ?? id, params?.progressToken])).toEqual([
      ['notifications/progress', 't'],
      ['notifications/progress', 't'],
      [7, undefined],
    ]);
  });

  it('never hands the client’s token to the server', async () => {
    const answer = await post(
      bench.endpoint(),
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } },
      session,
    );
    expect(answer.text).not.toContain('secret-tester');
  });
});
