import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from '../../../../renderer/model/clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('one timer serves all that have the same interval, and ends with the last of them', () => {
  const clock = new Clock();
  const seen: string[] = [];
  const first = clock.subscribe(1000, () => seen.push('first'));
  const second = clock.subscribe(1000, () => seen.push('second'));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1000);
  first();
  vi.advanceTimersByTime(1000);
  second();
  expect([seen, vi.getTimerCount()]).toEqual([['first', 'second', 'second'], 0]);
});

test('the time stands still between beats, so that one drawing shows one time', () => {
  const clock = new Clock();
  const end = clock.subscribe(1000, () => {});
  const before = clock.time(1000);
  vi.advanceTimersByTime(999);
  expect(clock.time(1000)).toBe(before);
  vi.advanceTimersByTime(1);
  expect(clock.time(1000)).toBe(before + 1000);
  end();
});
