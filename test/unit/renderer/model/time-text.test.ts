import { describe, expect, test } from 'vitest';
import { agoText, measuredText, spanText, tickFor, untilText } from '../../../../renderer/model/time-text.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [59_999, '59 s'],
  [minute, '1 min'],
  [59 * minute + 59 * second, '59 min'],
  [hour, '1 h'],
  [2 * hour + 4 * minute, '2 h 4 min'],
  [2 * day + 4 * hour + 59 * minute, '2 d 4 h'],
  [3 * day, '3 d'],
])('a span of %d ms is %s', (ms, words) => {
  expect(spanText(ms)).toBe(words);
});

test('ago begins with "just now", also for a clock that is ahead', () => {
  expect([agoText(1000, 1000), agoText(2000, 1000), agoText(1000, 4000)]).toEqual(['just now', 'just now', '3 s ago']);
});

test('until speaks of the future and of the past', () => {
  expect([untilText(6 * day, 0), untilText(90 * minute, 0), untilText(0, 12 * minute)]).toEqual([
    'in 6 d',
    'in 1 h',
    '12 min ago',
  ]);
});

describe('a measured time', () => {
  test.each([
    [0.4, '<1 ms'],
    [84.4, '84 ms'],
    [1900, '1.9 s'],
    [12_400, '12 s'],
    [125_000, '2 min'],
  ])('%d ms is %s', (ms, words) => {
    expect(measuredText(ms)).toBe(words);
  });
});

test('a young age ticks every second, an old one need not', () => {
  expect([tickFor(5 * second), tickFor(5 * minute)]).toEqual([second, 15 * second]);
});
