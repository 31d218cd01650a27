import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, callTool, fixture, isAlive, openBench } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.end());

const pidOf = async (backend: Parameters<typeof callTool>[0]) =>
  ((await callTool(backend, 'whoami')) as { pid: number }).pid;

test('a prepared run takes over at once, and the old one ends when its calls have', async () => {
  const { supervisor } = bench;
  const seen: (string | null)[] = [];
  supervisor.start('s', bench.planner('s', {}));
  const old = await supervisor.backend('s', { timeoutMs: 10_000 });
  const oldPid = await pidOf(old);
  supervisor.onDidChangeBackend(({ backend }) => seen.push(backend?.id ?? null));

  const prepared = await supervisor.prepare('s', bench.planner('s', {}));
  expect(supervisor.current('s')).toBe(old);
  const call = callTool(old, 'slow', { steps: 2, stepMs: 100 });
  let drained = false;
  prepared.commit(async (backend) => {
    expect(backend).toBe(old);
    await call;
    drained = true;
  });
  expect(supervisor.current('s')).toBe(prepared.backend);
  expect(supervisor.get('s')).toMatchObject({ state: 'ready', restarts: 0 });
  expect(seen).toEqual([prepared.backend.id]);
  expect(drained).toBe(false);
  expect(await call).toBe('done after 2 steps');
  await new Promise<void>((resolve) => old.onClose(() => resolve()));
  await expect.poll(() => isAlive(oldPid)).toBe(false);
  // The end of the old one is not the end of the server.
  expect(supervisor.get('s')).toMatchObject({ state: 'ready', restarts: 0 });

  process.kill(await pidOf(prepared.backend), 'SIGKILL');
  await supervisor.waitFor('s', ['restarting'], 10_000);
  await supervisor.waitFor('s', ['ready'], 10_000);
  expect(bench.handles.made).toBe(3);
});

test('after a switch, restarts use the new plan', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.backend('s', { timeoutMs: 10_000 });
  const plan = { run: [fixture('good-stdio.mjs'), '--from-the-new-plan'] };
  const prepared = await supervisor.prepare('s', bench.planner('s', plan));
  prepared.commit(async () => {});
  await supervisor.restart('s');
  await supervisor.waitFor('s', ['ready'], 10_000);
  const started = bench.log.lines.filter(({ text }) => text.startsWith('Started '));
  expect(started.map(({ text }) => text.includes('--from-the-new-plan'))).toEqual([false, true, true]);
});

test('an aborted preparation leaves the running one alone and nothing behind', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  const old = await supervisor.backend('s', { timeoutMs: 10_000 });
  const prepared = await supervisor.prepare('s', bench.planner('s', {}));
  const pid = await pidOf(prepared.backend);
  await prepared.abort();
  expect(isAlive(pid)).toBe(false);
  expect(supervisor.current('s')).toBe(old);
  expect(bench.handles).toEqual({ made: 2, released: 1 });
});

test('a preparation that fails says why and leaves the running one alone', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  const old = await supervisor.backend('s', { timeoutMs: 10_000 });
  const failing = { run: [fixture('fails-with.mjs'), '1', 'no such context'] };
  await expect(supervisor.prepare('s', bench.planner('s', failing))).rejects.toMatchObject({
    code: 'start-failed',
    message: 'The server ended with exit code 1: no such context',
  });
  expect(supervisor.current('s')).toBe(old);
  expect(supervisor.get('s')).toMatchObject({ state: 'ready', error: null, restarts: 0 });
});

test('a preparation can be cancelled while it hangs', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.backend('s', { timeoutMs: 10_000 });
  const cancel = new AbortController();
  const hanging = supervisor.prepare(
    's',
    bench.planner('s', { run: [fixture('hangs-at-initialize.mjs')] }),
    cancel.signal,
  );
  const refused = expect(hanging).rejects.toMatchObject({ code: 'cancelled' });
  await bench.log.matches(/(dialing)/, 1);
  cancel.abort();
  await refused;
  expect(bench.handles).toEqual({ made: 2, released: 1 });
});

test('who stopped the server meanwhile does not get it back by a commit', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.backend('s', { timeoutMs: 10_000 });
  const prepared = await supervisor.prepare('s', bench.planner('s', {}));
  const pid = await pidOf(prepared.backend);
  await supervisor.stop('s');
  prepared.commit(async () => {});
  expect(supervisor.get('s')?.state).toBe('stopped');
  expect(supervisor.current('s')).toBeNull();
  expect(isAlive(pid)).toBe(false);
});

test('a prepared run that died before the commit is restarted like any other', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.backend('s', { timeoutMs: 10_000 });
  const prepared = await supervisor.prepare('s', bench.planner('s', {}));
  process.kill(await pidOf(prepared.backend), 'SIGKILL');
  await new Promise<void>((resolve) => prepared.backend.onClose(() => resolve()));
  prepared.commit(async () => {});
  const backend = await supervisor.backend('s', { timeoutMs: 10_000 });
  expect(await callTool(backend, 'echo', { text: 'x' })).toBe('x');
  expect(supervisor.get('s')?.restarts).toBe(1);
});

test('ready and degraded follow the cluster, and a degraded server goes on answering', async () => {
  const { supervisor } = bench;
  const error = { code: 'unreachable', message: 'dial tcp: refused' } as const;
  supervisor.start('s', bench.planner('s', {}));
  supervisor.setReachability('s', { reachable: false, error });
  const backend = await supervisor.backend('s', { timeoutMs: 10_000 });
  expect(supervisor.get('s')).toMatchObject({ state: 'degraded', error, restarts: 0 });
  expect(await callTool(backend, 'echo', { text: 'x' })).toBe('x');
  supervisor.setReachability('s', { reachable: true, error: null });
  expect(supervisor.get('s')).toMatchObject({ state: 'ready', error: null });
  expect(supervisor.current('s')).toBe(backend);
});

test('a cluster that answers but refuses the login degrades its servers, with what to do', async () => {
  const { supervisor } = bench;
  const error = { code: 'auth-failed', message: 'refused (401)', hint: 'Log in again.' } as const;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.backend('s', { timeoutMs: 10_000 });
  supervisor.setReachability('s', { reachable: true, error });
  expect(supervisor.get('s')).toMatchObject({ state: 'degraded', error, restarts: 0 });
  supervisor.setReachability('s', { reachable: true, error: null });
  expect(supervisor.get('s')).toMatchObject({ state: 'ready', error: null });
});

test('waiting for a backend ends in time, on request, and for servers that nobody knows', async () => {
  const { supervisor } = bench;
  await expect(supervisor.backend('nobody', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'not-found' });
  supervisor.start('s', bench.planner('s', { run: [fixture('hangs-at-initialize.mjs')] }));
  await expect(supervisor.backend('s', { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'timed-out',
    message: 's is still starting after 0.1 s.',
  });
  const cancel = new AbortController();
  const waiting = expect(supervisor.backend('s', { timeoutMs: 60_000, signal: cancel.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  cancel.abort();
  await waiting;
  const stopped = expect(supervisor.backend('s', { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'not-running' });
  await supervisor.stop('s');
  await stopped;
});

test('dispose ends running, starting, waiting and prepared servers alike', async () => {
  const { supervisor } = bench;
  supervisor.start('ready', bench.planner('ready', {}));
  const ready = await supervisor.backend('ready', { timeoutMs: 10_000 });
  const prepared = await supervisor.prepare('ready', bench.planner('ready', {}));
  supervisor.start('hangs', bench.planner('hangs', { run: [fixture('hangs-at-initialize.mjs')] }));
  supervisor.start('waits', bench.planner('waits', { run: [fixture('fails-with.mjs'), '1', 'x'] }));
  supervisor.start('planning', () => new Promise(() => {}));
  await bench.log.matches(/(dialing)/, 1);
  const pids = await Promise.all([pidOf(ready), pidOf(prepared.backend)]);
  const hanging = supervisor.get('hangs')?.pid ?? 0;
  expect(isAlive(hanging)).toBe(true);
  await supervisor.dispose();
  expect([...pids, hanging].map(isAlive)).toEqual([false, false, false]);
  expect(supervisor.list().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
  expect(() => supervisor.start('late', bench.planner('late', {}))).toThrow('Berth is ending');
});
