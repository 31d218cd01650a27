import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hiddenPlaces } from '../../../../contract/model/approval.ts';
import { Approvals } from '../../../../main/core/approvals/approvals.ts';
import type { HeldCall } from '../../../../main/core/gateway/ports.ts';

let approvals: Approvals;

beforeEach(() => {
  vi.useFakeTimers();
  approvals = new Approvals({
    redact: (_slug, text) => text.replaceAll('s3cr3t', '…'),
    isProduction: (context) => context === 'production',
  });
});

afterEach(() => {
  approvals.dispose();
  vi.useRealTimers();
});

const call: HeldCall = {
  slug: 'web',
  context: 'production',
  client: 'cursor',
  tool: 'pods_delete',
  args: { name: 'a', namespace: 'shop' },
};
const never = new AbortController().signal;
const ask = (change: Partial<HeldCall> = {}, signal = never) => approvals.ask({ ...call, ...change }, signal);
const only = () => {
  const [approval, ...more] = approvals.list();
  if (!approval || more.length > 0) throw new Error(`${approvals.list().length} questions`);
  return approval;
};

test('a question shows who wants what where, without secrets', () => {
  void ask({ args: { name: 's3cr3t', password: 'x' } });
  expect(only()).toMatchObject({
    state: 'waiting',
    slug: 'web',
    context: 'production',
    production: true,
    client: 'cursor',
    tool: 'pods_delete',
    arguments: '{"name":"…","password":"[redacted]"}',
  });
  expect(only().id).toMatch(/^[a-z0-9]{4}$/);
});

test('arguments that nobody could look through are refused, and are not kept', async () => {
  await expect(ask({ args: { manifest: 'x'.repeat(300_000) } })).rejects.toMatchObject({ code: 'too-large' });
  expect(approvals.list()).toEqual([]);
});

test('who decides sees all of the text, in its order, and how much of it is hidden', () => {
  void ask({ args: { manifest: 'kind: Pod\u202e# \u200bsafe\u009b8m', password: 'x', token: 'y' } });
  expect(only().arguments).toContain('kind: Pod\\u202e# \\u200bsafe\\u009b8m');
  expect(hiddenPlaces(only())).toBe(2);
});

test.each([
  [true, 'approved'],
  [false, 'denied'],
] as const)('a decision in time (%s) is told to the call that waits, and is over', async (approve, decision) => {
  const held = ask();
  approvals.decide(only().id, approve);
  expect(await held).toBe(decision);
  expect(approvals.list()).toEqual([]);
  // It counted for that one call.
  void ask();
  expect(only().state).toBe('waiting');
});

test('nobody decides for 45 s: the call ends, and an approval within ten minutes lets its repetition pass, once', async () => {
  const held = ask();
  await vi.advanceTimersByTimeAsync(44_999);
  expect(only().state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1);
  expect(await held).toBe('unanswered');
  expect(only().state).toBe('asked');
  const { id } = only();
  approvals.decide(id, true);
  expect(only().state).toBe('approved');
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  // The order of its keys does not make it another call.
  expect(await ask({ args: { namespace: 'shop', name: 'a' } })).toBe('approved');
  expect(approvals.list()).toEqual([]);
  void ask();
  expect(only().state).toBe('waiting');
});

test('an approval that nobody uses, and a question that nobody answers, expire', async () => {
  void ask();
  await vi.advanceTimersByTimeAsync(45_000);
  approvals.decide(only().id, true);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(approvals.list()).toEqual([]);
  void ask();
  await vi.advanceTimersByTimeAsync(45_000 + 10 * 60_000);
  expect(approvals.list()).toEqual([]);
});

describe('an approval is for exactly that call', () => {
  test.each<[string, Partial<HeldCall>]>([
    ['another argument', { args: { name: 'b', namespace: 'shop' } }],
    ['another tool', { tool: 'pods_exec' }],
    ['another context', { context: 'staging' }],
    ['another client', { client: 'claude-code' }],
    ['another server', { slug: 'other' }],
  ])('%s is asked for by itself', async (_name, change) => {
    void ask();
    await vi.advanceTimersByTimeAsync(45_000);
    approvals.decide(only().id, true);
    const other = ask(change);
    expect(approvals.list().map(({ state }) => state)).toEqual(['approved', 'waiting']);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(await other).toBe('unanswered');
  });
});

test('the same call twice at once is one question, and each passing needs its own approval', async () => {
  const ends: string[] = [];
  void ask().then((decision) => ends.push(`first ${decision}`));
  void ask().then((decision) => ends.push(`second ${decision}`));
  const { id } = only();
  approvals.decide(id, true);
  await vi.advanceTimersByTimeAsync(0);
  expect(ends).toEqual(['first approved']);
  approvals.decide(id, true);
  await vi.advanceTimersByTimeAsync(0);
  expect(ends).toEqual(['first approved', 'second approved']);
  expect(approvals.list()).toEqual([]);
});

test('who hangs up takes its question back', async () => {
  const hangUp = new AbortController();
  const held = ask({}, hangUp.signal);
  hangUp.abort();
  expect(await held).toBe('unanswered');
  expect(approvals.list()).toEqual([]);
});

test('what was decided or is not there cannot be decided', () => {
  void ask();
  const { id } = only();
  approvals.decide(id, false);
  expect(() => approvals.decide(id, true)).toThrow(/No call waits/);
  expect(() => approvals.decide('none', true)).toThrow(/No call waits/);
});

test('a flood of questions is bounded, that of one client before that of all', async () => {
  for (let count = 0; count < 20; count += 1) void ask({ args: { count } });
  await expect(ask({ args: { count: 20 } })).rejects.toMatchObject({ code: 'refused' });
  for (let count = 0; count < 80; count += 1) void ask({ args: { count }, client: `client-${count % 4}` });
  await expect(ask({ client: 'yet another' })).rejects.toMatchObject({ code: 'refused' });
  expect(approvals.list()).toHaveLength(100);
});

test('an approval does not hold for another server of the same name', async () => {
  void ask();
  await vi.advanceTimersByTimeAsync(45_000);
  approvals.decide(only().id, true);
  const waiting = ask({ tool: 'pods_exec' });
  approvals.forget('web');
  expect(await waiting).toBe('unanswered');
  expect(approvals.list()).toEqual([]);
  void ask();
  expect(only().state).toBe('waiting');
});
