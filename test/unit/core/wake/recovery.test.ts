import { expect, test, vi } from 'vitest';
import { contextsInUse } from '../../../../main/core/wake/contexts-in-use.ts';
import { Recovery, type RecoveryPort } from '../../../../main/core/wake/recovery.ts';

type Known = ReturnType<RecoveryPort['servers']>[number];

/** A recovery over these servers; `away` are the clusters that do not answer. What it does is noted. */
function recoveryOf(servers: readonly Known[], away: readonly string[] = []) {
  const did = { probed: [] as string[], proved: [] as string[], retried: [] as string[], logged: [] as string[] };
  const recovery = new Recovery(
    {
      contexts: () => servers.flatMap(({ context }) => context ?? []),
      probe: async (ref) => {
        did.probed.push(ref);
        return !away.includes(ref);
      },
      servers: () => servers,
      proveAlive: async (slug) => {
        did.proved.push(slug);
      },
      retry: (slug) => did.retried.push(slug),
      log: (text) => did.logged.push(text),
    },
    10,
  );
  return { recovery, did };
}

/** Until the time has come and the round is over. */
async function round(recovery: Recovery) {
  await vi.advanceTimersByTimeAsync(10);
  await recovery.settled();
}

test('thirty servers on three clusters: three questions, and every server is asked once, however many signs of a wake there are', async () => {
  vi.useFakeTimers();
  const servers = Array.from({ length: 30 }, (_, index) => ({ slug: `s${index}`, context: `c${index % 3}`, up: true }));
  const { recovery, did } = recoveryOf(servers);
  recovery.soon('The machine woke up.');
  recovery.soon('The machine slept for 60 s.');
  await vi.advanceTimersByTimeAsync(9);
  expect(did.probed).toEqual([]);
  recovery.soon('The network has changed.');
  await round(recovery);
  expect(did.probed).toEqual(['c0', 'c1', 'c2']);
  expect(did.proved).toEqual(servers.map(({ slug }) => slug));
  expect(did.retried).toEqual([]);
  expect(did.logged).toEqual(['The machine woke up. Asking 3 clusters and 30 servers in use.']);
  vi.useRealTimers();
});

test('only what is down is tried again, and not while its cluster is away', async () => {
  vi.useFakeTimers();
  const { recovery, did } = recoveryOf(
    [
      { slug: 'fine', context: 'near', up: true },
      { slug: 'waits', context: 'near', up: false },
      { slug: 'lost', context: 'far', up: false },
      { slug: 'upstream', context: null, up: false },
    ],
    ['far'],
  );
  recovery.soon('The machine woke up.');
  await round(recovery);
  expect(did).toMatchObject({ proved: ['fine'], retried: expect.arrayContaining(['waits', 'upstream']) });
  expect(did.retried).toHaveLength(2);
  recovery.contextIsBack('far');
  expect(did.retried.at(-1)).toBe('lost');
  vi.useRealTimers();
});

test('nothing happens after the end', async () => {
  vi.useFakeTimers();
  const { recovery, did } = recoveryOf([{ slug: 's', context: 'c', up: false }]);
  recovery.soon('The machine woke up.');
  await recovery.dispose();
  recovery.soon('The machine woke up.');
  recovery.contextIsBack('c');
  await round(recovery);
  expect(did).toEqual({ probed: [], proved: [], retried: [], logged: [] });
  vi.useRealTimers();
});

test('a context is in use while a server of it is up, or should be and lacks only the network', () => {
  const error = (code: 'unreachable' | 'auth-failed') => ({ code, message: '' });
  const base = { desired: 'running', error: null } as const;
  expect(
    contextsInUse([
      { ...base, state: 'ready', context: 'ready' },
      { ...base, state: 'degraded', context: 'degraded' },
      { ...base, state: 'ready', context: 'ready' },
      { ...base, state: 'ready', context: null },
      { ...base, state: 'restarting', context: 'waits', error: error('unreachable') },
      { ...base, state: 'failed', context: 'gave up', error: error('unreachable') },
      // Asking might want a login that nobody asked for.
      { ...base, state: 'failed', context: 'refused', error: error('auth-failed') },
      { ...base, state: 'starting', context: 'starting' },
      { ...base, state: 'stopped', context: 'stopped', desired: 'stopped' },
      { ...base, state: 'failed', context: 'unwanted', desired: 'stopped', error: error('unreachable') },
    ]),
  ).toEqual(['ready', 'degraded', 'waits', 'gave up']);
});
