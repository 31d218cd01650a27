import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayLimits } from '../../../../main/core/gateway/limits.ts';
import { isRunning } from '../../../e2e/support/processes.ts';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { initialize, openSession, post, raw } from '../../../fixtures/gateway/raw-http.ts';

const call = (id: number | string, name: string, args: object = {}, meta: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, _meta: meta },
});
const forever = { steps: 100_000, stepMs: 10 };

describe('the life of a session', () => {
  let bench: GatewayBench;
  const streams: IncomingMessage[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open();
  });

  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.destroy();
    await bench.dispose();
  });

  async function reopenWith(limits: Partial<GatewayLimits>): Promise<void> {
    await bench.dispose();
    bench = await GatewayBench.open(['good'], limits);
  }

  /** An open event stream: a GET, or a POST that is answered by events. */
  async function stream(
    session: Record<string, string>,
    message?: unknown,
  ): Promise<{ response: IncomingMessage; lines: Interface }> {
    const outgoing = request(bench.endpoint(), {
      method: message === undefined ? 'GET' : 'POST',
      headers: {
        ...session,
        authorization: 'Bearer secret-tester',
        accept: 'text/event-stream',
        ...(message === undefined ? {} : { 'content-type': 'application/json' }),
      },
      agent: false,
    });
    outgoing.end(message === undefined ? undefined : JSON.stringify(message));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    streams.push(response);
    return { response, lines: createInterface({ input: response }) };
  }

  function next(lines: Interface, method: string): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const look = (line: string) => {
        if (!line.startsWith('data: ')) return;
        const message = JSON.parse(line.slice(6)) as Record<string, unknown>;
        if (message['method'] !== method) return;
        lines.off('line', look);
        resolve(message);
      };
      lines.on('line', look);
    });
  }

  it('tells the server that nobody waits any more when the client hangs up', async () => {
    const session = await openSession(bench.endpoint());
    const { response, lines } = await stream(session, call(1, 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    response.destroy();
    expect(await bench.recorded(({ tool }) => tool === 'slow')).toMatchObject({ outcome: 'cancelled' });
    const who = await post(bench.endpoint(), call(2, 'whoami'), session);
    expect(who.json).toMatchObject({ result: { structuredContent: { cancelled: 1 } } });
  });

  it('tells it also when the session is ended', async () => {
    const session = await openSession(bench.endpoint());
    const { response, lines } = await stream(session, call(1, 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    const ended = once(response, 'end');
    await raw(bench.endpoint(), { method: 'DELETE', headers: { ...session, authorization: 'Bearer secret-tester' } });
    await ended;
    expect(await bench.recorded(({ tool }) => tool === 'slow')).toMatchObject({ outcome: 'cancelled' });
  });

  it('keeps what the server said until a stream is there, and says each thing once', async () => {
    const session = await openSession(bench.endpoint());
    const other = await openSession(bench.endpoint());
    await post(bench.endpoint(), call(1, 'change_tools'), other);
    await post(bench.endpoint(), call(2, 'change_tools'), other);
    const { lines, response } = await stream(session);
    const seen: string[] = [];
    lines.on('line', (line) => line.startsWith('data: ') && seen.push(line));
    const last = next(lines, 'notifications/message');
    await post(bench.endpoint(), call(3, 'say', { level: 'info', text: 'last' }), other);
    await last;
    expect(seen.filter((line) => line.includes('list_changed'))).toHaveLength(1);
    expect(response.headers['content-type']).toBe('text/event-stream');
  });

  it('lets calls end where they began when the server is replaced, and new ones go to the new one', async () => {
    const target = bench.target();
    const old = target.current();
    const session = await openSession(bench.endpoint());
    const oldPid = target.pid;
    const { commit } = await target.prepare();
    const { lines, response } = await stream(
      session,
      call(1, 'slow', { steps: 40, stepMs: 40 }, { progressToken: 'p' }),
    );
    await next(lines, 'notifications/progress');
    commit();
    if (!old) throw new Error('no server');
    let drained = false;
    const draining = bench.gateway.drain(old).then(() => {
      drained = true;
    });
    const who = await post(bench.endpoint(), call(2, 'whoami'), session);
    expect(who.json).toMatchObject({ result: { structuredContent: { pid: target.pid } } });
    expect(target.pid).not.toBe(oldPid);
    expect(drained).toBe(false);
    const ended = once(response, 'end');
    await draining;
    expect(await bench.recorded(({ tool }) => tool === 'slow')).toMatchObject({ outcome: 'ok' });
    await ended;
    expect(await bench.gateway.drain(old)).toBeUndefined();
  });

  it('waits for a server that restarts, and says why when it does not come', async () => {
    await reopenWith({ backendWaitMs: 300 });
    const session = await openSession(bench.endpoint());
    await bench.target().kill();
    const failed = await post(bench.endpoint(), call(1, 'echo', { text: 'x' }), session);
    expect(failed.json).toMatchObject({ id: 1, error: { data: { berth: { code: 'timed-out' } } } });
    expect((await post(bench.endpoint(), { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).json).toMatchObject({
      result: {},
    });
    await bench.target().start();
    const works = await post(bench.endpoint(), call(3, 'echo', { text: 'y' }), session);
    expect(works.json).toMatchObject({ result: { content: [{ text: 'y' }] } });
  });

  it('gives a restarted server the log level and the subscriptions of the sessions', async () => {
    const session = await openSession(bench.endpoint());
    const other = await openSession(bench.endpoint());
    const set = (level: string) => ({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level } });
    const subscribe = { jsonrpc: '2.0', id: 2, method: 'resources/subscribe', params: { uri: 'fixture://greeting' } };
    await post(bench.endpoint(), set('error'), session);
    await post(bench.endpoint(), set('warning'), other);
    // The quieter one does not silence the other.
    await post(bench.endpoint(), set('emergency'), session);
    await post(bench.endpoint(), subscribe, session);
    const target = bench.target();
    expect(
      target.sent.flatMap(({ message }) => (message.method === 'logging/setLevel' ? [message.params] : [])),
    ).toEqual([{ level: 'error' }, { level: 'warning' }, { level: 'warning' }]);
    await target.kill();
    const { id } = await target.start();
    expect(target.sent.flatMap(({ backend, message }) => (backend === id ? [message.method] : []))).toEqual([
      'resources/subscribe',
      'logging/setLevel',
    ]);
  });

  it('asks once more for a list or a resource when the server ends before it has answered, and never for a tool', async () => {
    const target = bench.target();
    target.level = 'read-only';
    const session = await openSession(bench.endpoint());
    const sent = (method: string) => target.sent.filter(({ message }) => message.method === method).length;
    await post(bench.endpoint(), call(1, 'freeze', { ms: 60_000 }), session);
    const read = { jsonrpc: '2.0', id: 2, method: 'resources/read', params: { uri: 'fixture://greeting' } };
    const reading = post(bench.endpoint(), read, session);
    const calling = post(bench.endpoint(), call(3, 'echo', { text: 'x' }), session);
    await expect.poll(() => [sent('resources/read'), sent('tools/call')]).toEqual([1, 2]);
    await target.kill();
    expect((await calling).text).toContain('The server good ended during this call');
    await target.start();
    const { text } = await reading;
    expect(text).toContain('"text":"hello"');
    expect(text).toContain('"berth/repeated":{"code":"not-running"');
    expect([sent('resources/read'), sent('tools/call')]).toEqual([2, 2]);
    expect(bench.calls.filter(({ method }) => method === 'resources/read')).toMatchObject([{ outcome: 'ok' }]);
  });

  it('gives up a call without a sign, and none that shows progress', async () => {
    const target = bench.target();
    target.limits = { perMinute: null, atOnce: null, silentMs: 250 };
    const session = await openSession(bench.endpoint());
    const progressing = call(1, 'slow', { steps: 10, stepMs: 60 }, { progressToken: 'p' });
    const [shown, silent] = await Promise.all([
      post(bench.endpoint(), progressing, session),
      post(bench.endpoint(), call(2, 'slow', { steps: 1, stepMs: 5_000 }), session),
    ]);
    expect(shown.text).toContain('done after 10 steps');
    expect(silent.text).toContain('The server good gave no sign of this call for 0.25 s.');
    expect(silent.text).toContain('"timed-out"');
    // The server was told that nobody waits.
    const who = await post(bench.endpoint(), call(3, 'whoami'), session);
    expect(who.text).toContain('"cancelled":1');
  });

  it('lets each client have its share of calls, and tells the model when it may call again', async () => {
    const target = bench.target();
    target.limits = { perMinute: 2, atOnce: null, silentMs: 600_000 };
    const session = await openSession(bench.endpoint());
    const echo = async (id: number) => (await post(bench.endpoint(), call(id, 'echo', { text: 'x' }), session)).json;
    expect(await echo(1)).toMatchObject({ result: { content: [{ text: 'x' }] } });
    expect(await echo(2)).toMatchObject({ result: { content: [{ text: 'x' }] } });
    const refused = await echo(3);
    expect(refused).toMatchObject({ result: { isError: true } });
    expect(JSON.stringify(refused)).toMatch(/tester may make 2 calls a minute here.*Wait 30 s and call again/);
    expect(bench.calls.at(-1)).toMatchObject({ tool: 'echo', outcome: 'refused' });
    // Lists are no calls.
    const list = { jsonrpc: '2.0', id: 4, method: 'tools/list' };
    expect((await post(bench.endpoint(), list, session)).json).toMatchObject({ result: { tools: expect.any(Array) } });
  });

  it('has no more of one client’s calls under way than it may, while others go on', async () => {
    const target = bench.target();
    target.limits = { perMinute: null, atOnce: 1, silentMs: 600_000 };
    const session = await openSession(bench.endpoint());
    const order: string[] = [];
    const run = async (id: number, name: string, args: object) => {
      await post(bench.endpoint(), call(id, name, args), session);
      order.push(name);
    };
    const slow = run(1, 'slow', { steps: 1, stepMs: 300 });
    await expect.poll(() => target.sent.some(({ message }) => message.method === 'tools/call')).toBe(true);
    const waits = run(2, 'echo', { text: 'x' });
    const other = { authorization: 'Bearer secret-other' };
    const answer = await post(bench.endpoint(), initialize(), other);
    const theirs = { ...other, 'mcp-session-id': String(answer.headers['mcp-session-id']) };
    expect((await post(bench.endpoint(), call(1, 'echo', { text: 'y' }), theirs)).json).toMatchObject({
      result: { content: [{ text: 'y' }] },
    });
    expect(order).toEqual([]);
    await Promise.all([slow, waits]);
    expect(order).toEqual(['slow', 'echo']);
  });

  it('ends a server that only an idle session has, until that needs it again', async () => {
    await reopenWith({ restMs: 50, keepAliveMs: 20 });
    const target = bench.target();
    target.sharingMode = 'by-client';
    const session = await openSession(bench.endpoint(), { roots: {} });
    const pid = async (id: number): Promise<number> => {
      // An answer that takes longer than a sign of life comes as a stream.
      const { text } = await post(bench.endpoint(), call(id, 'whoami'), session);
      return Number(/"pid":(\d+)/.exec(text)?.[1]);
    };
    const first = await pid(1);
    expect(first).not.toBe(target.pid);
    await expect.poll(() => isRunning(first), { timeout: 5_000 }).toBe(false);
    const second = await pid(2);
    expect([first, target.pid]).not.toContain(second);
  });

  it('collects idle sessions, but none with an open stream', async () => {
    await reopenWith({ idleSessionMs: 50, keepAliveMs: 20 });
    const idle = await openSession(bench.endpoint());
    const listening = await openSession(bench.endpoint());
    const { lines } = await stream(listening);
    let signs = 0;
    lines.on('line', (line) => {
      if (line === ': alive') signs += 1;
    });
    await expect.poll(() => signs).toBeGreaterThan(8);
    expect((await post(bench.endpoint(), { jsonrpc: '2.0', id: 1, method: 'ping' }, idle)).status).toBe(404);
    expect((await post(bench.endpoint(), { jsonrpc: '2.0', id: 1, method: 'ping' }, listening)).status).toBe(200);
  });

  it('makes room for a new session by the longest idle one', async () => {
    await reopenWith({ maxSessions: 2 });
    const first = await openSession(bench.endpoint());
    const second = await openSession(bench.endpoint());
    await expect
      .poll(async () => (await post(bench.endpoint(), { jsonrpc: '2.0', id: 1, method: 'ping' }, second)).status)
      .toBe(200);
    const third = await openSession(bench.endpoint());
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await post(bench.endpoint(), ping, first)).status).toBe(404);
    expect((await post(bench.endpoint(), ping, second)).status).toBe(200);
    expect((await post(bench.endpoint(), ping, third)).status).toBe(200);
  });

  it('bounds the calls in flight of a session', async () => {
    await reopenWith({ maxInFlight: 1 });
    const session = await openSession(bench.endpoint());
    const { lines } = await stream(session, call(1, 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    const refused = await post(bench.endpoint(), call(2, 'echo', { text: 'x' }), session);
    expect(refused.json).toMatchObject({ id: 2, error: { data: { berth: { code: 'refused' } } } });
  });

  it('refuses a second request with an id that is in flight', async () => {
    const session = await openSession(bench.endpoint());
    const { lines } = await stream(session, call('same', 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    const refused = await post(bench.endpoint(), call('same', 'echo', { text: 'x' }), session);
    expect(refused.json).toMatchObject({ id: 'same', error: { code: -32600 } });
  });

  it('ends with the server that is removed, and says so', async () => {
    const session = await openSession(bench.endpoint());
    const { lines, response } = await stream(session, call(1, 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    const ended = once(response, 'end');
    const target = bench.target();
    bench.targets.delete('good');
    expect((await post(bench.endpoint(), initialize())).status).toBe(404);
    await ended;
    expect(text).toContain('The server good was removed from Berth.');
    bench.targets.set('good', target);
    expect((await post(bench.endpoint(), call(2, 'echo', { text: 'x' }), session)).status).toBe(404);
  });

  it('answers what is in flight when Berth ends', async () => {
    const session = await openSession(bench.endpoint());
    const { lines, response } = await stream(session, call(1, 'slow', forever, { progressToken: 'p' }));
    await next(lines, 'notifications/progress');
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    const ended = once(response, 'end');
    await bench.gateway.dispose();
    await ended;
    expect(text).toContain('Berth is shutting down.');
  });

  it('ends also when it is a bridge that finds the server removed', async () => {
    const session = await openSession(bench.endpoint());
    const { response } = await stream(session);
    const ended = once(response.resume(), 'end');
    bench.targets.delete('good');
    const bridge = connect(bench.socket);
    bridge.write('{"berth":1,"slug":"good","client":"bridge"}\n');
    const [answer] = (await once(bridge, 'data')) as [Buffer];
    expect(answer.toString()).toContain('not-found');
    await ended;
    bridge.destroy();
  });
});
