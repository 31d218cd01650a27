import { expect, test } from 'vitest';
import { addedBeside, beside, ratioRow, valueRow } from '../../../bench/gateway/figures.mjs';

const rounds = [
  { berth: { p50: 3 }, direct: { p50: 1 }, pipe: { p50: 2 } },
  { berth: { p50: 12 }, direct: { p50: 6 }, pipe: { p50: 8 } },
  { berth: { p50: 4 }, direct: { p50: 1 }, pipe: { p50: 3 } },
];

test('a ratio is the median of the rounds, not the ratio of the medians', () => {
  expect(beside(rounds, { peer: 'pipe', kind: 'p50' })).toEqual({ berth: 4, peer: 3, ratio: 1.5 });
  const uneven = [
    { berth: { rate: 1 }, relay: { rate: 10 } },
    { berth: { rate: 8 }, relay: { rate: 2 } },
    { berth: { rate: 9 }, relay: { rate: 3 } },
  ];
  expect(beside(uneven, { peer: 'relay', kind: 'rate' })).toEqual({ berth: 8, peer: 3, ratio: 3 });
});

test('what is added is what is more than direct, in the same round', () => {
  expect(addedBeside(rounds, { peer: 'pipe', kind: 'p50', direct: 'direct' })).toEqual({ berth: 3, peer: 2, ratio: 2 });
});

test('a bar is met, or it is not', () => {
  const row = (ratio: number, bar: string | null) => ratioRow('calls', 'ms', { berth: 1, peer: 1, ratio }, bar).ok;
  expect([row(1, '< 1'), row(0.99, '< 1'), row(1.5, '≤ 1.5'), row(0.69, '≥ 0.7'), row(1, '> 1'), row(9, null)]).toEqual(
    [false, true, true, false, false, true],
  );
  expect([valueRow('lost', '', 0, '= 0').ok, valueRow('lost', '', 1, '= 0').ok]).toEqual([true, false]);
  expect(row(Number.NaN, '≤ 1.5')).toBe(false);
  expect(() => row(1, '~ 1')).toThrow('no such bar');
});
