import { describe, expect, it, test } from 'vitest';
import { allowedClusters, clusterOf, isDuringSwitch } from '../../../bench/lib/switch-verdict.mjs';

const switches = [
  { from: 'east', to: 'west', began: 100, returned: 200 },
  { from: 'west', to: 'east', began: 300, returned: 400 },
];

describe('the clusters that may answer a call', () => {
  it.each([
    ['before every switch', 99, ['east']],
    ['as a switch begins', 100, ['east', 'west']],
    ['while a switch is under way', 199, ['east', 'west']],
    ['once it has returned', 200, ['west']],
    ['between two switches', 299, ['west']],
    ['while the next one is under way', 350, ['west', 'east']],
    ['after the last', 500, ['east']],
  ])('%s', (_when, began, clusters) => {
    expect(allowedClusters(began, switches, 'east')).toEqual(clusters);
  });

  it('is the first one as long as nothing was switched', () => {
    expect(allowedClusters(5, [], 'west')).toEqual(['west']);
  });
});

test('a call is during a switch when any part of it is', () => {
  const during = (began: number, ended: number) => isDuringSwitch({ began, ended }, switches);
  expect([
    during(90, 99),
    during(90, 101),
    during(150, 160),
    during(190, 250),
    during(200, 300),
    during(401, 402),
  ]).toEqual([false, true, true, true, false, false]);
});

test('an answer is told by what only one cluster holds', () => {
  const marks = { east: 'billing', west: 'press' };
  expect(clusterOf('default\nbilling', marks)).toBe('east');
  expect(clusterOf('default\npress', marks)).toBe('west');
  expect(clusterOf('default', marks)).toBeNull();
  expect(clusterOf('billing press', marks)).toBeNull();
});
