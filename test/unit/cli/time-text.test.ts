import { expect, test } from 'vitest';
import { ago, parseDuration, parseMoment, shortSpan, until } from '../../../main/cli/time-text.ts';

test.each([
  ['60s', 60_000],
  ['1m30s', 90_000],
  ['500ms', 500],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1.5h', 5_400_000],
  ['90', 90_000],
  ['0', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', 'soon', '-5m', '5 m', '5mm', 'm5', '5m!'])('%j is no time span', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});

test('a moment is a time or a span before now', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(parseMoment('5m', now)).toBe('2026-11-21T11:55:00.000Z');
  expect(parseMoment('2026-11-21T10:00:00+02:00', now)).toBe('2026-11-21T08:00:00.000Z');
  expect(() => parseMoment('2026-99-99', now)).toThrow('not a time span');
});

test.each([
  [-5, '0s'],
  [119_000, '119s'],
  [125_000, '2m5s'],
  [600_000, '10m'],
  [3 * 3_600_000 + 20 * 60_000, '3h20m'],
  [47 * 3_600_000, '47h'],
  [50 * 3_600_000, '2d2h'],
  [20 * 86_400_000, '20d'],
])('%d ms is shown as %s', (ms, text) => {
  expect(shortSpan(ms)).toBe(text);
});

test('past and future read as words', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(ago('2026-11-21T11:59:57Z', now)).toBe('3s ago');
  expect(ago(null, now)).toBeNull();
  expect(until('2026-11-21T17:00:00Z', now)).toBe('in 5h');
  expect(until('2026-11-21T11:57:00Z', now)).toBe('expired 3m ago');
});
