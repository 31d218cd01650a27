import { expect, test } from 'vitest';
import { latencyBuckets, percentile } from '../../../../renderer/model/latencies.ts';

test.each([
  [[], 0.5, null],
  [[7], 0.5, 7],
  [[4, 1, 3, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.95, 4],
  [[4, 1, 3, 2], 1, 4],
])('of %j, %s of the calls took at most %s', (durations, share, expected) => {
  expect(percentile(durations, share)).toBe(expected);
});

test('calls are counted by how long they took, the failed ones apart, from the first span to the last that has any', () => {
  const buckets = latencyBuckets([
    { ms: 5, outcome: 'ok' },
    { ms: 9.9, outcome: 'tool-error' },
    { ms: 10, outcome: 'ok' },
    { ms: 250, outcome: 'error' },
    { ms: 0.1, outcome: 'refused' },
    { ms: 60_000, outcome: 'cancelled' },
  ]);
  expect(buckets).toEqual([
    { from: 3, to: 10, good: 1, bad: 1 },
    { from: 10, to: 30, good: 1, bad: 0 },
    { from: 30, to: 100, good: 0, bad: 0 },
    { from: 100, to: 300, good: 0, bad: 1 },
  ]);
});

test('what takes longer than every bound is counted too', () => {
  expect(latencyBuckets([{ ms: 500_000, outcome: 'ok' }])).toEqual([{ from: 100_000, to: null, good: 1, bad: 0 }]);
  expect(latencyBuckets([{ ms: 5, outcome: 'refused' }])).toEqual([]);
});
