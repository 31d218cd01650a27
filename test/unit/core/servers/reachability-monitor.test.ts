import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReachabilityMonitor } from '../../../../main/core/servers/reachability-monitor.ts';

let wanted: string[];
let answers: boolean;
let asked: string[];
let told: [string, boolean][];
let monitor: ReachabilityMonitor;

beforeEach(() => {
  vi.useFakeTimers();
  wanted = [];
  answers = true;
  asked = [];
  told = [];
  monitor = new ReachabilityMonitor({
    wanted: () => wanted,
    ask: async (ref) => {
      asked.push(ref);
      return { reachable: answers, error: null };
    },
    tell: (ref, { reachable }) => told.push([ref, reachable]),
  });
});
afterEach(async () => {
  await monitor.dispose();
  vi.useRealTimers();
});

it('asks nobody without a reason (D20)', async () => {
  monitor.update();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual([]);
});

it('asks at once when a context comes into use, then every 30 s, and every 5 s while it is away', async () => {
  wanted = ['a'];
  monitor.update();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([['a', true]]);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(asked).toHaveLength(1);
  answers = false;
  await vi.advanceTimersByTimeAsync(1);
  expect(told.at(-1)).toEqual(['a', false]);
  answers = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.at(-1)).toEqual(['a', true]);
  expect(asked).toHaveLength(3);
});

it('stops asking when nothing uses the context any more', async () => {
  wanted = ['a', 'b'];
  monitor.update();
  await vi.advanceTimersByTimeAsync(0);
  wanted = ['b'];
  monitor.update();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual(['a', 'b', 'b', 'b']);
});

it('asks a cluster one question at a time, however many want to know', async () => {
  await Promise.all([monitor.check('a'), monitor.check('a'), monitor.check('a')]);
  expect(asked).toEqual(['a']);
});

it('thirty servers that come up on one cluster ask it once, and each is told', async () => {
  await monitor.check('a');
  told = [];
  for (let server = 0; server < 30; server += 1) await monitor.freshen('a');
  expect(asked).toEqual(['a']);
  expect(told).toHaveLength(30);
  await vi.advanceTimersByTimeAsync(10_001);
  await monitor.freshen('a');
  expect(asked).toEqual(['a', 'a']);
});

it('a question from before a sleep is dropped for a new one, whose answer counts', async () => {
  const open: { resolve: (reachable: boolean) => void; signal: AbortSignal }[] = [];
  const late = new ReachabilityMonitor({
    wanted: () => [],
    ask: (_ref, signal) =>
      new Promise((resolve) => {
        open.push({ signal, resolve: (reachable) => resolve({ reachable, error: null }) });
      }),
    tell: (ref, { reachable }) => told.push([ref, reachable]),
  });
  const before = late.check('a');
  const answer = late.anew('a');
  expect(open.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  open[0]?.resolve(false);
  await before;
  open[1]?.resolve(true);
  await expect(answer).resolves.toBe(true);
  expect(told).toEqual([['a', true]]);
  await late.dispose();
});

it('says when a cluster is back, and only then', async () => {
  const back: string[] = [];
  monitor.onBack((ref) => back.push(ref));
  await monitor.check('a');
  answers = false;
  await monitor.check('a');
  expect(back).toEqual([]);
  answers = true;
  await monitor.check('a');
  await monitor.check('a');
  expect(back).toEqual(['a']);
});
