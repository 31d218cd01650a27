import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import type { ConnectedBackend } from '../../../../main/core/backend/mcp-backend.ts';
import { watchLiveness } from '../../../../main/core/supervisor/liveness.ts';

const timings = { pingEveryMs: 30_000, pingTimeoutMs: 10_000, pingMisses: 3 };
const silent = () => Promise.reject(new BerthError('timed-out', 'No answer.'));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Situation {
  /** What comes of a question; default: silence, which takes as long as it may. */
  answer?: (method: string) => Promise<void>;
  health?: () => boolean;
  slept?: () => boolean;
  capabilities?: Record<string, unknown>;
}

/** A server as its liveness sees it, and what was asked. */
function watch({ answer = silent, health, slept = () => false, capabilities = { tools: {} } }: Situation) {
  const asked: string[] = [];
  const dead: string[] = [];
  const abort = new AbortController();
  const ask = async (method: string, timeoutMs: number) => {
    asked.push(method);
    await answer(method).catch(async (error: BerthError) => {
      if (error.code === 'timed-out') await new Promise((resolve) => setTimeout(resolve, timeoutMs));
      throw error;
    });
    backend.lastHeardAt = performance.now();
  };
  const backend = {
    lastHeardAt: performance.now(),
    closed: null,
    initializeResult: { protocolVersion: '', capabilities, serverInfo: { name: '', version: '' } },
    ping: (timeoutMs: number) => ask('ping', timeoutMs),
    ask,
  };
  const liveness = watchLiveness({
    backend: backend as unknown as ConnectedBackend,
    timings,
    health: health ? async () => health() : null,
    pausedSince: slept,
    signal: abort.signal,
    onDead: (error) => dead.push(error.message),
  });
  return { asked, dead, backend, liveness, abort };
}

/** So many pings with their pauses and time-outs. */
const rounds = (count: number) => vi.advanceTimersByTimeAsync(count * (timings.pingEveryMs + timings.pingTimeoutMs));

test('a silent server is dead after the allowed misses, once', async () => {
  const { asked, dead } = watch({});
  await rounds(2);
  expect(dead).toEqual([]);
  await rounds(5);
  expect(dead).toEqual(['The server has not answered 3 pings in a row.']);
  expect(asked).toHaveLength(3);
});

test('a server that says anything by itself, such as the progress of a long call, is not even asked', async () => {
  const { asked, dead, backend } = watch({});
  for (let step = 0; step < 100; step += 1) {
    await vi.advanceTimersByTimeAsync(10_000);
    backend.lastHeardAt = performance.now();
  }
  expect({ asked, dead }).toEqual({ asked: [], dead: [] });
});

test('one that refuses pings with an HTTP status is asked for a cheap list', async () => {
  const refuse = async (method: string) => {
    if (method === 'ping') throw new BerthError('protocol', 'HTTP 400');
  };
  const { asked, dead } = watch({ answer: refuse, capabilities: { resources: {}, tools: {}, prompts: {} } });
  await rounds(4);
  expect(dead).toEqual([]);
  expect(asked.slice(0, 4)).toEqual(['ping', 'prompts/list', 'ping', 'prompts/list']);
  const poor = watch({ answer: refuse, capabilities: {} });
  await rounds(4);
  expect(poor.dead).toHaveLength(1);
});

test('a health path that answers buys time, and one that does not is named', async () => {
  const healthy = watch({ health: () => true });
  const ill = watch({ health: () => false });
  await rounds(4);
  expect(ill.dead).toEqual(['The server has not answered 3 pings in a row, and its health path does not answer.']);
  expect(healthy.dead).toEqual([]);
  await rounds(3);
  expect(healthy.dead).toEqual(['The server has not answered 6 pings in a row, though its health path answers.']);
});

test('pings that were open while the machine slept are not held against a server', async () => {
  let slept = true;
  const { asked, dead } = watch({ slept: () => slept });
  await rounds(10);
  expect(dead).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
  slept = false;
  await rounds(4);
  expect(dead).toHaveLength(1);
});

test('after a wake a server must give one sign of life soon', async () => {
  const good = watch({ answer: async () => {} });
  const hung = watch({});
  const healthy = watch({ health: () => true });
  const all = [good, hung, healthy].map(({ liveness }) => liveness.prove(15_000));
  await vi.advanceTimersByTimeAsync(15_000);
  await Promise.all(all);
  expect([good.dead, healthy.dead]).toEqual([[], []]);
  expect(hung.dead).toEqual(['The server gave no sign of life within 15 s.']);
});

test('nobody is asked after the end', async () => {
  const { asked, dead, liveness, abort } = watch({});
  abort.abort();
  await liveness.prove(1_000);
  await rounds(5);
  expect({ asked, dead }).toEqual({ asked: [], dead: [] });
});
