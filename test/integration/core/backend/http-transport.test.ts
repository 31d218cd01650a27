import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../../../main/core/backend/backend.ts';
import { connect } from '../../../../main/core/backend/connect.ts';
import type { ConnectedBackend } from '../../../../main/core/backend/mcp-backend.ts';
import { openHttpTransport } from '../../../../main/core/backend/open-http-transport.ts';
import type { McpTransport } from '../../../../main/core/backend/transport.ts';
import { ask, callTool } from '../supervisor/harness.ts';
import { startHttpFixture } from './http-fixture.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function fixture(name: string, args: string[] = []) {
  const server = await startHttpFixture(name, args);
  endings.push(() => server.kill());
  return server;
}

async function open(
  url: string,
  transport: 'http' | 'sse' = 'http',
  headers: Record<string, string> = {},
): Promise<{ backend: ConnectedBackend; transport: McpTransport }> {
  const channel = await openHttpTransport({ url, transport, headers }, { timeoutMs: 5_000 });
  endings.push(() => channel.close(new BerthError('not-running', 'The test is over.')));
  return {
    transport: channel,
    backend: await connect(channel, { clientInfo: { name: 'berth', version: '0' }, timeoutMs: 5_000 }),
  };
}

/** A server of ours for what no good server does. */
async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

interface Seen {
  method: string;
  headers: Record<string, string>;
}
async function seenBy(url: string): Promise<Seen[]> {
  return (await (await fetch(new URL('/requests', url))).json()) as Seen[];
}

test.each([
  ['answers as streams', [] as string[]],
  ['answers as JSON', ['--json']],
])('speaks with a real server whose %s', async (_what, args) => {
  const server = await fixture('good-http.mjs', args);
  const { backend } = await open(server.url);
  expect(backend.initializeResult).toMatchObject({
    protocolVersion: '2025-11-25',
    serverInfo: { name: 'berth-fixture-good' },
  });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((a) => callTool(backend, 'add', { a, b: 1 })));
  expect(answers).toEqual([2, 3, 4, 5, 6].map((sum) => ({ sum })));
  await backend.ping(2_000);
});

test('sends session, version and the plan’s headers with everything, nobody’s Authorization, and says goodbye', async () => {
  const server = await fixture('good-http.mjs');
  const { backend } = await open(server.url, 'http', { 'X-Api-Key': 'k-1' });
  await callTool(backend, 'echo', { text: 'x' });
  await backend.close(new BerthError('not-running', 'over'));
  const seen = await seenBy(server.url);
  expect(seen.map(({ method }) => method).sort()).toEqual(['DELETE', 'GET', 'POST', 'POST', 'POST']);
  const [first, ...later] = seen;
  expect(first?.headers).toMatchObject({ 'x-api-key': 'k-1', 'content-type': 'application/json' });
  expect(first?.headers['mcp-session-id']).toBeUndefined();
  for (const { headers } of later) {
    expect(headers).toMatchObject({ 'x-api-key': 'k-1', 'mcp-protocol-version': '2025-11-25' });
    expect(headers['mcp-session-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(seen.some(({ headers }) => 'authorization' in headers || 'origin' in headers)).toBe(false);
});

test('hears progress and what the server says unasked, and cancels', async () => {
  const server = await fixture('good-http.mjs');
  const { backend } = await open(server.url);
  const heard: JsonRpcMessage[] = [];
  backend.onMessage((message) => heard.push(message));
  const answer = await ask(backend, 'tools/call', {
    name: 'slow',
    arguments: { steps: 3, stepMs: 10 },
    _meta: { progressToken: 'p' },
  });
  expect(answer.result).toMatchObject({ content: [{ text: 'done after 3 steps' }] });
  expect(heard.filter(({ method }) => method === 'notifications/progress')).toHaveLength(3);

  const started = new Promise<void>((resolve) => {
    backend.onMessage((message) => message.method === 'notifications/progress' && resolve());
  });
  backend.send({
    jsonrpc: '2.0',
    id: 'test:long',
    method: 'tools/call',
    params: { name: 'slow', arguments: { steps: 1000, stepMs: 20 }, _meta: { progressToken: 'q' } },
  });
  await started;
  backend.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'test:long' } });
  await backend.drained();
  await expect.poll(async () => ((await callTool(backend, 'whoami')) as { cancelled: number }).cancelled).toBe(1);
});

test('closes with a reason when the server has lost the session', async () => {
  const server = await fixture('good-http.mjs');
  const { backend } = await open(server.url);
  const closed = new Promise<BerthError>((resolve) => backend.onClose(resolve));
  await fetch(new URL('/forget', server.url), { method: 'POST' });
  backend.send({ jsonrpc: '2.0', id: 'test:1', method: 'tools/list' });
  expect((await closed).message).toContain('lost the session');
  expect(() => backend.send({ jsonrpc: '2.0', method: 'x' })).toThrow('lost the session');
});

test('a server that is killed answers nobody: calls in flight and later ones fail with the reason', async () => {
  const server = await fixture('good-http.mjs');
  const { backend } = await open(server.url);
  const inFlight = ask(backend, 'tools/call', { name: 'slow', arguments: { steps: 100, stepMs: 100 } });
  await callTool(backend, 'echo', { text: 'x' });
  await server.kill();
  expect((await inFlight).error?.message).toMatch(/broke off|cannot be reached/);
  expect((await ask(backend, 'tools/list')).error).toMatchObject({ data: { berth: { code: 'unreachable' } } });
  await expect(backend.ping(1_000)).rejects.toMatchObject({ code: 'unreachable' });
});

test.each([
  [401, 'auth-failed'],
  [403, 'auth-failed'],
  [404, 'invalid-config'],
  [302, 'invalid-config'],
  [503, 'unreachable'],
  [400, 'protocol'],
])('HTTP %i at the beginning is %s', async (status, code) => {
  let elsewhere = 0;
  const url = await serve((request, response) => {
    if (request.url === '/elsewhere') elsewhere += 1;
    response.writeHead(status, { location: '/elsewhere' }).end('no');
  });
  await expect(open(url, 'http', { 'x-api-key': 'k' })).rejects.toMatchObject({ code });
  expect(elsewhere).toBe(0);
});

test('a port that nobody listens on is unreachable', async () => {
  await expect(open('http://127.0.0.1:1/mcp')).rejects.toMatchObject({ code: 'unreachable' });
  await expect(open('ftp://127.0.0.1/mcp')).rejects.toMatchObject({ code: 'invalid-config' });
});

const initialized = (id: unknown) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } },
  });

/** Handles what every session begins with; the rest is the test's. */
function afterInitialize(
  rest: (message: JsonRpcMessage, ...args: Parameters<RequestListener>) => void,
): RequestListener {
  return async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method !== 'POST') return rest({ jsonrpc: '2.0' }, request, response);
    const message = JSON.parse(body) as JsonRpcMessage;
    if (message.method === 'initialize') {
      return response.writeHead(200, { 'content-type': 'application/json' }).end(initialized(message.id));
    }
    if (message.id === undefined) return response.writeHead(202).end();
    return rest(message, request, response);
  };
}

test('a stream that breaks off is resumed where it was', async () => {
  const resumedAt: unknown[] = [];
  const url = await serve(
    afterInitialize((message, request, response) => {
      if (request.method === 'GET' && request.headers['last-event-id'] === undefined)
        return response.writeHead(405).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (request.method === 'POST') return response.end(`id: e1\nretry: 10\ndata: \n\n: ${message.id}\n\n`);
      resumedAt.push(request.headers['last-event-id']);
      return response.end(`id: e2\ndata: {"jsonrpc":"2.0","id":"test:resumed","result":{"ok":true}}\n\n`);
    }),
  );
  const { backend } = await open(url);
  const answer = new Promise<JsonRpcMessage>((resolve) => backend.onMessage(resolve));
  backend.send({ jsonrpc: '2.0', id: 'test:resumed', method: 'tools/list' });
  expect((await answer).result).toEqual({ ok: true });
  expect(resumedAt).toEqual(['e1']);
});

test('a server that ends its stream at once, each time, is asked for it less and less often', async () => {
  const asked: number[] = [];
  let thirdCame = () => {};
  const third = new Promise<void>((resolve) => {
    thirdCame = resolve;
  });
  const url = await serve(
    afterInitialize((_message, request, response) => {
      if (request.method !== 'GET') return response.writeHead(200).end();
      if (asked.push(performance.now()) === 3) thirdCame();
      return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
    }),
  );
  await open(url);
  await third;
  const [, second = 0, last = 0] = asked;
  expect(last - second).toBeGreaterThan(1_900);
});

test('answers that are no answers become errors instead of silence', async () => {
  const bodies: Record<string, [number, string, string]> = {
    html: [200, 'text/html', '<html>'],
    accepted: [202, 'text/plain', ''],
    other: [200, 'application/json', '{"jsonrpc":"2.0","id":"somebody","result":{}}'],
    ended: [200, 'text/event-stream', ': nothing\n\n'],
    error: [400, 'application/json', '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"bad"}}'],
  };
  const url = await serve(
    afterInitialize((message, request, response) => {
      if (request.method === 'GET') return response.writeHead(405).end();
      const [status, type, body] = bodies[String(message.method)] ?? [500, 'text/plain', ''];
      return response.writeHead(status, { 'content-type': type }).end(body);
    }),
  );
  const { backend } = await open(url);
  const codes: Record<string, unknown> = {};
  for (const method of Object.keys(bodies)) {
    const data = (await ask(backend, method)).error?.data as { berth: { code: string } };
    codes[method] = data.berth.code;
  }
  expect(codes).toEqual({
    html: 'protocol',
    accepted: 'protocol',
    other: 'protocol',
    ended: 'unreachable',
    error: 'protocol',
  });
});

test('a tool call on a kept connection that the server drops is never sent twice', async () => {
  const received: string[] = [];
  const url = await serve(
    afterInitialize((message, request, response) => {
      if (request.method === 'GET') return response.writeHead(405).end();
      received.push(String(message.method));
      return request.socket.destroy();
    }),
  );
  const { backend } = await open(url);
  expect((await ask(backend, 'tools/call', { name: 'delete' })).error?.message).toContain('cannot be reached');
  expect(received).toEqual(['tools/call']);
});

test('an answer that is too large is an error for its call alone', async () => {
  const server = await fixture('good-http.mjs', ['--json']);
  const { backend } = await open(server.url);
  const answer = await ask(backend, 'tools/call', { name: 'big', arguments: { bytes: 65 * 1024 * 1024 } });
  expect(answer.error).toMatchObject({ data: { berth: { code: 'too-large' } } });
  expect(await callTool(backend, 'echo', { text: 'still here' })).toBe('still here');
});

test('speaks with a server of the SSE era', async () => {
  const server = await fixture('good-sse.mjs');
  const { backend } = await open(server.url, 'sse');
  expect(await callTool(backend, 'add', { a: 1, b: 2 })).toEqual({ sum: 3 });
  const closed = new Promise<BerthError>((resolve) => backend.onClose(resolve));
  await server.kill();
  expect((await closed).code).toBe('unreachable');
});

test('an SSE server cannot have messages and headers sent to another host', async () => {
  const server = await fixture('good-sse.mjs', ['--elsewhere']);
  await expect(open(server.url, 'sse')).rejects.toMatchObject({ code: 'protocol' });
});

test('an SSE address that is none is said to be none', async () => {
  const server = await fixture('good-http.mjs');
  await expect(open(new URL('/healthz', server.url).href, 'sse')).rejects.toMatchObject({ code: 'invalid-config' });
});
