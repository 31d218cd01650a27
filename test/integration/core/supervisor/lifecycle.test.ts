import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, callTool, fixture, isAlive, openBench } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.end());

test('is ready because initialize was answered, and leaves nothing behind when stopped', async () => {
  const { supervisor, log } = bench;
  const states: string[] = [];
  supervisor.onDidChange((slug) => states.push(supervisor.get(slug)?.state ?? 'removed'));
  supervisor.start('good', bench.planner('good', {}));
  expect(supervisor.get('good')?.state).toBe('starting');
  const backend = await supervisor.backend('good', { timeoutMs: 10_000 });
  const server = supervisor.get('good');
  expect(server).toMatchObject({
    slug: 'good',
    state: 'ready',
    restarts: 0,
    protocolVersion: '2025-11-25',
    serverInfo: { name: 'berth-fixture-good', version: '1.0.0' },
    error: null,
  });
  expect(await callTool(backend, 'add', { a: 2, b: 3 })).toEqual({ sum: 5 });
  const who = (await callTool(backend, 'whoami')) as { pid: number; cwd: string; env: string[] };
  expect(who.pid).toBe(server?.pid);
  expect(who.cwd).toBe(`${bench.folder}/good`);
  expect(who.env).toEqual(['PATH']);

  await supervisor.stop('good');
  expect(supervisor.get('good')).toMatchObject({ state: 'stopped', pid: null, error: null });
  expect(isAlive(who.pid)).toBe(false);
  expect(backend.closed?.code).toBe('not-running');
  expect(() => backend.send({ jsonrpc: '2.0', method: 'x' })).toThrow();
  await expect(supervisor.backend('good', { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'not-running' });
  expect([...new Set(states)]).toEqual(['starting', 'ready', 'stopping', 'stopped']);
  expect(log.text()).toContain('stderr: fixture: ready on stdio');
  expect(log.text()).toContain('event: Stopped.');
});

test('a killed server comes back by itself with another backend', async () => {
  const { supervisor } = bench;
  const seen: (string | null)[] = [];
  supervisor.onDidChangeBackend(({ backend }) => seen.push(backend?.id ?? null));
  supervisor.start('good', bench.planner('good', {}));
  const first = await supervisor.backend('good', { timeoutMs: 10_000 });
  const pid = supervisor.get('good')?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await new Promise<void>((resolve) => first.onClose(() => resolve()));
  const second = await supervisor.backend('good', { timeoutMs: 10_000 });
  expect(second.id).not.toBe(first.id);
  expect(seen).toEqual([first.id, null, second.id]);
  expect(supervisor.get('good')).toMatchObject({ state: 'ready', restarts: 1, error: null });
  expect(supervisor.get('good')?.pid).not.toBe(pid);
  expect(await callTool(second, 'echo', { text: 'again' })).toBe('again');
  expect(bench.handles).toEqual({ made: 2, released: 1 });
});

test('a missing command fails at once and is not tried again', async () => {
  const { supervisor } = bench;
  supervisor.start('gone', bench.planner('gone', { command: '/no/such/program', run: [] }));
  const server = await supervisor.waitFor('gone', ['failed'], 5_000);
  expect(server.error).toMatchObject({ code: 'command-missing', message: '/no/such/program does not exist.' });
  expect(bench.handles).toEqual({ made: 1, released: 1 });
  await expect(supervisor.backend('gone', { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'command-missing' });
});

test('a crash loop is given up, with the reason and what it said last', async () => {
  const { supervisor } = bench;
  supervisor.start('loop', bench.planner('loop', { run: [fixture('crash-loop.mjs')] }));
  const server = await supervisor.waitFor('loop', ['failed'], 30_000);
  expect(server.error?.message).toBe(
    '5 starts in a row failed. The last time: The server ended with exit code 3: fixture: about to crash',
  );
  expect(server.error?.hint).toContain('logs');
  expect(bench.handles.made).toBe(5);
});

test('a server that becomes ready and dies each time is given up by the crash window', async () => {
  const { supervisor } = bench;
  supervisor.start('loop', bench.planner('loop', { run: [fixture('crash-loop.mjs'), '--after-initialize'] }));
  const server = await supervisor.waitFor('loop', ['failed'], 30_000);
  expect(server.error?.message).toMatch(/^It ended 6 times within 5 min\. The last time: /);
  expect(bench.handles.made).toBe(6);
  supervisor.start('loop', bench.planner('loop', {}));
  await supervisor.waitFor('loop', ['ready'], 10_000);
  expect(supervisor.get('loop')).toMatchObject({ restarts: 0, error: null });
});

test('stop is heard by a server that ignores EOF and SIGTERM', async () => {
  const { supervisor } = bench;
  supervisor.start('stubborn', bench.planner('stubborn', { run: [fixture('ignores-sigterm.mjs')] }));
  await supervisor.waitFor('stubborn', ['ready'], 10_000);
  const pid = supervisor.get('stubborn')?.pid ?? 0;
  await supervisor.stop('stubborn');
  expect(isAlive(pid)).toBe(false);
  expect(bench.log.text()).toContain('ignoring SIGTERM');
});

test('descendants die with their server', async () => {
  const { supervisor, log } = bench;
  supervisor.start('family', bench.planner('family', { run: [fixture('grandchildren.mjs')] }));
  await supervisor.waitFor('family', ['ready'], 10_000);
  const pids = (await log.matches(/^grandchild (\d+)/, 2)).map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await supervisor.stop('family');
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('descendants of a server that crashed are ended before it is started again', async () => {
  const { supervisor, log } = bench;
  supervisor.start('family', bench.planner('family', { run: [fixture('grandchildren.mjs'), '--orphan'] }));
  const pids = (await log.matches(/^grandchild (\d+)/, 2)).map(Number);
  await supervisor.waitFor('family', ['restarting'], 10_000);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('noise on stdout goes to the log and never breaks the channel', async () => {
  const { supervisor, log } = bench;
  supervisor.start('noisy', bench.planner('noisy', { run: [fixture('noisy-stdout.mjs')] }));
  const backend = await supervisor.backend('noisy', { timeoutMs: 10_000 });
  expect(await callTool(backend, 'add', { a: 1, b: 1 })).toEqual({ sum: 2 });
  const noise = log.lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
  expect(noise.slice(0, 5)).toEqual([
    '*** Welcome to the noisy server ***',
    '{"level":"info","msg":"starting"}',
    '{"jsonrpc":"2.0"}',
    '[1,2]',
    '{broken',
  ]);
});

test('a server that never answers initialize fails by its deadline and is stopped', async () => {
  const { supervisor } = bench;
  supervisor.start('hung', bench.planner('hung', { run: [fixture('hangs-at-initialize.mjs')], startTimeoutMs: 400 }));
  const server = await supervisor.waitFor('hung', ['restarting'], 10_000);
  expect(server.error).toMatchObject({
    code: 'timed-out',
    details: { lines: ['fixture: dialing the API server'] },
  });
  await supervisor.stop('hung');
  expect(supervisor.get('hung')).toMatchObject({ state: 'stopped', pid: null });
});

test('a server that says nothing any more is restarted with the reason', async () => {
  await bench.end();
  bench = await openBench({ pingEveryMs: 50, pingTimeoutMs: 50, pingMisses: 3 });
  const { supervisor } = bench;
  supervisor.start('silent', bench.planner('silent', { run: [fixture('goes-silent.mjs')] }));
  const server = await supervisor.waitFor('silent', ['restarting'], 10_000);
  expect(server.error).toMatchObject({
    code: 'timed-out',
    message: 'The server has not answered 3 pings in a row.',
  });
  await supervisor.waitFor('silent', ['ready'], 10_000);
  expect(supervisor.get('silent')?.restarts).toBe(1);
});

test('a server that answers pings is left alone, and nobody sees the answers', async () => {
  await bench.end();
  bench = await openBench({ pingEveryMs: 10, pingTimeoutMs: 500, pingMisses: 2 });
  const { supervisor } = bench;
  supervisor.start('good', bench.planner('good', {}));
  const backend = await supervisor.backend('good', { timeoutMs: 10_000 });
  const strays: unknown[] = [];
  backend.onMessage((message) => {
    if (!String(message.id).startsWith('test:')) strays.push(message);
  });
  await callTool(backend, 'slow', { steps: 1, stepMs: 200 });
  expect(strays).toEqual([]);
  expect(supervisor.get('good')).toMatchObject({ state: 'ready', restarts: 0 });
});

test('what a preset knows about its server’s last words is what the user reads', async () => {
  const { supervisor } = bench;
  const failures = [
    { pattern: 'never seen', code: 'start-failed', message: 'no', permanent: false },
    {
      pattern: 'Unauthorized$',
      code: 'auth-failed',
      message: 'The cluster refused the credential.',
      hint: 'Log in again.',
      permanent: true,
    },
  ] as const;
  const run = [
    fixture('fails-with.mjs'),
    '1',
    'I1121 starting',
    'E1121 10:00:00 the server has asked: Unauthorized',
    'usage',
  ];
  supervisor.start('auth', bench.planner('auth', { run, failures }));
  const server = await supervisor.waitFor('auth', ['failed'], 10_000);
  expect(server.error).toMatchObject({
    code: 'auth-failed',
    message: 'The cluster refused the credential.',
    hint: 'Log in again.',
  });
  expect(bench.handles.made).toBe(1);
});

test('secrets of the plan are not in errors', async () => {
  const { supervisor } = bench;
  const run = [fixture('fails-with.mjs'), '1', 'bad token hunter2-hunter2'];
  supervisor.start('leaky', bench.planner('leaky', { run, secrets: ['hunter2-hunter2'] }));
  const server = await supervisor.waitFor('leaky', ['restarting', 'failed'], 10_000);
  expect(JSON.stringify(server.error)).not.toContain('hunter2');
  expect(server.error?.message).toContain('[redacted]');
});

test('start, stop, start, restart in a row end with one process', async () => {
  const { supervisor } = bench;
  supervisor.start('busy', bench.planner('busy', {}));
  const stopping = supervisor.stop('busy');
  supervisor.start('busy', bench.planner('busy', {}));
  await stopping;
  await supervisor.waitFor('busy', ['ready'], 10_000);
  const pid = supervisor.get('busy')?.pid ?? 0;
  await supervisor.restart('busy');
  expect(isAlive(pid)).toBe(false);
  await supervisor.waitFor('busy', ['ready'], 10_000);
  expect(supervisor.get('busy')).toMatchObject({ state: 'ready', restarts: 0 });
  await supervisor.remove('busy');
  expect(supervisor.get('busy')).toBeUndefined();
  expect(supervisor.list()).toEqual([]);
});
