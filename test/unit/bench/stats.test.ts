import { expect, test } from 'vitest';
import { median, paired, percentile } from '../../../bench/lib/stats.mjs';

test('percentiles are by nearest rank', () => {
  const values = [9, 1, 3, 2, 10, 5, 4, 8, 7, 6];
  expect([0, 0.1, 0.5, 0.9, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 5, 9, 10, 10]);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the median of an even number is the mean of the middle two', () => {
  expect([median([4, 1, 3, 2]), median([3, 1, 2]), median([7])]).toEqual([2.5, 2, 7]);
});

test('pairs take turns in who begins, and the ratio is that of the pairs', async () => {
  const order: string[] = [];
  const own = [10, 30, 20];
  const other = [10, 10, 20];
  const side = (name: string, values: number[]) => async () => {
    order.push(name);
    return values.shift() ?? Number.NaN;
  };
  const measured = await paired(3, side('berth', own), side('peer', other));
  expect(order).toEqual(['berth', 'peer', 'peer', 'berth', 'berth', 'peer']);
  expect(measured).toEqual({ berth: 20, peer: 10, ratio: 1, ratios: [1, 3, 1] });
});
