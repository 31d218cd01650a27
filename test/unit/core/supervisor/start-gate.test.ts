import { expect, test, vi } from 'vitest';
import { StartGate, startsAtOnce } from '../../../../main/core/supervisor/start-gate.ts';

const never = new AbortController().signal;

/** A start that lasts until it is told to end. */
function start(gate: StartGate, begun: string[], name: string, signal: AbortSignal = never) {
  let ready = () => {};
  let fail = () => {};
  const work = new Promise<string>((resolve, reject) => {
    ready = () => resolve(name);
    fail = () => reject(new Error(name));
  });
  const done = gate.run(() => {
    begun.push(name);
    return work;
  }, signal);
  return { done, ready, fail };
}

test('as many as the cap begin at once, the others in the order in which they came', async () => {
  const gate = new StartGate(2);
  const begun: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => start(gate, begun, name));
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']));
  b?.ready();
  await expect(b?.done).resolves.toBe('b');
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']));
  a?.fail();
  await expect(a?.done).rejects.toThrow('a');
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'd']));
  c?.ready();
  d?.ready();
  await Promise.all([c?.done, d?.done]);
  const later = start(gate, begun, 'e');
  await vi.waitFor(() => expect(begun).toContain('e'));
  later.ready();
});

test('one that hangs loses its place after a while, and may still become ready', async () => {
  vi.useFakeTimers();
  try {
    const gate = new StartGate(1, 5_000);
    const begun: string[] = [];
    const hung = start(gate, begun, 'hung');
    start(gate, begun, 'next').ready();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(begun).toEqual(['hung']);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(['hung', 'next']);
    hung.ready();
    await expect(hung.done).resolves.toBe('hung');
  } finally {
    vi.useRealTimers();
  }
});

test('one that is cancelled while it waits never begins and holds up nobody', async () => {
  const gate = new StartGate(1);
  const begun: string[] = [];
  const abort = new AbortController();
  const first = start(gate, begun, 'first');
  const cancelled = start(gate, begun, 'cancelled', abort.signal);
  const last = start(gate, begun, 'last');
  abort.abort();
  await expect(cancelled.done).rejects.toMatchObject({ code: 'cancelled' });
  first.ready();
  last.ready();
  await last.done;
  expect(begun).toEqual(['first', 'last']);
  await expect(start(gate, begun, 'too late', abort.signal).done).rejects.toMatchObject({ code: 'cancelled' });
});

test('how many start at once goes by the CPUs, within reason', () => {
  expect([1, 2, 4, 6, 64].map((cpus) => startsAtOnce(cpus))).toEqual([4, 4, 4, 6, 8]);
});
