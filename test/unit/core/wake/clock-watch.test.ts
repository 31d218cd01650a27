import { expect, test } from 'vitest';
import { type ClockJump, type ClockReading, ClockWatch, judgeClocks } from '../../../../main/core/wake/clock-watch.ts';

const start: ClockReading = { monotonic: 1_000, uptime: 50_000, wall: 1_700_000_000_000 };

/** The clocks later: how long Berth ran, how long the machine slept on top, and by how much the clock was set. */
function later(before: ClockReading, ran: number, slept = 0, set = 0): ClockReading {
  return {
    monotonic: before.monotonic + ran,
    uptime: before.uptime + ran + slept,
    wall: before.wall + ran + slept + set,
  };
}

test.each<[string, ClockReading, ClockJump | null]>([
  ['nothing happened', later(start, 2_000), null],
  ['a loaded machine ran the timer late', later(start, 5_500), null],
  ['the clock was trimmed', later(start, 2_000, 0, 900), null],
  [
    'the machine slept, and the monotonic clock with it (Linux)',
    later(start, 2_000, 3_600_000),
    { kind: 'slept', ms: 3_600_000 },
  ],
  [
    'the monotonic clock ran on in sleep (macOS, Windows), or Berth was stopped',
    later(start, 30_000),
    { kind: 'stopped', ms: 28_000 },
  ],
  ['the clock was set forwards', later(start, 2_000, 0, 7_200_000), { kind: 'clock-set', ms: 7_200_000 }],
  ['the clock was set back', later(start, 2_000, 0, -7_200_000), { kind: 'clock-set', ms: -7_200_000 }],
])('%s', (_, now, jump) => {
  expect(judgeClocks(start, now, 2_000)).toEqual(jump);
});

test('a deadline that passed in sleep is told from one that passed awake, whatever timer runs first', () => {
  let now = start;
  const jumps: ClockJump[] = [];
  const watch = new ClockWatch({ read: () => now });
  watch.onJump((jump) => jumps.push(jump));
  const askedAt = now.monotonic;
  now = later(now, 2_000);
  expect(watch.pausedSince(askedAt)).toBe(false);
  now = later(now, 2_000, 60_000);
  // The watch's own timer has not run yet.
  expect(watch.pausedSince(askedAt)).toBe(true);
  expect(jumps).toEqual([{ kind: 'slept', ms: 60_000 }]);
  now = later(now, 1_000);
  expect(watch.pausedSince(now.monotonic)).toBe(false);
  expect(watch.pausedSince(askedAt)).toBe(true);
  watch.dispose();
});

test('a clock that is set back excuses no silence', () => {
  let now = start;
  const watch = new ClockWatch({ read: () => now });
  now = later(now, 2_000, 0, -86_400_000);
  expect(watch.pausedSince(start.monotonic)).toBe(false);
  watch.dispose();
});
