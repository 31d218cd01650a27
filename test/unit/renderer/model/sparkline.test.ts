import { expect, test } from 'vitest';
import { sparklinePoints } from '../../../../renderer/model/sparkline.ts';

test('one call is no mountain, and the highest value reaches the top', () => {
  expect(sparklinePoints([0, 1, 4], 72, 18)).toBe('0,16.5 36,12.8 72,1.5');
});

test('without or with a single value it draws nothing wild', () => {
  expect([sparklinePoints([], 72, 18), sparklinePoints([0], 72, 18)]).toEqual(['', '0,16.5']);
});
