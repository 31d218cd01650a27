import { describe, expect, it } from 'vitest';
import { type Limits, limitsSchema } from '../../../../contract/model/usage.ts';
import { judgeBreach } from '../../../../main/core/measure/breaches.ts';
import { type Figures, takeFigures } from '../../../../main/core/measure/figures.ts';
import { judgeUsage, type LimitState } from '../../../../main/core/measure/limit-watch.ts';
import type { Usage } from '../../../../main/core/measure/usage.ts';

const MIB = 1_048_576;
const rules = { cpuHoldMs: 60_000, memoryLooks: 2 };
const usage = (changes: Partial<Usage>): Usage => ({ cpu: 0, memoryBytes: 50 * MIB, processes: 1, ...changes });

/** What is said of each look, 5 s apart. */
function said(limits: Limits, looks: readonly (Partial<Usage> & { pid?: number })[]): (string | null)[] {
  let state: LimitState | null = null;
  return looks.map(({ pid = 7, ...look }, index) => {
    const judged = judgeUsage(state, { pid, usage: usage(look), limits, now: index * 5_000 }, rules);
    state = judged.state;
    return judged.sentence;
  });
}

describe('a memory limit', () => {
  const limits = { memoryMegabytes: 100 };
  const over = { memoryBytes: 101 * MIB };

  it('is exceeded by two looks in a row, so that a spike is none', () => {
    expect(said(limits, [over, {}, over, over])).toEqual([
      null,
      null,
      null,
      'It used 101 MiB of memory, more than its limit of 100 MiB.',
    ]);
    expect(said(limits, [{ memoryBytes: 100 * MIB }, { memoryBytes: 100 * MIB }])).toEqual([null, null]);
  });

  it('says how many processes share it', () => {
    expect(said(limits, [over, { ...over, processes: 3 }])[1]).toContain('101 MiB of memory in 3 processes');
  });

  it('begins anew with another process', () => {
    expect(said(limits, [over, { ...over, pid: 8 }])).toEqual([null, null]);
  });
});

describe('a processor limit', () => {
  const limits = { cpuPercent: 50 };
  const busy = { cpu: 0.6 };

  it('is exceeded when it was for a minute without a pause', () => {
    const looks = [{ cpu: null }, ...Array.from({ length: 12 }, () => busy)];
    const sentences = said(limits, looks);
    expect(sentences.slice(0, -1)).toEqual(Array(12).fill(null));
    expect(sentences.at(-1)).toBe('It used 60 % of a core and was over its limit of 50 % for 60 s.');
    expect(said(limits, [...looks.slice(0, 8), { cpu: 0.4 }, ...looks.slice(1, 8)])).toEqual(Array(16).fill(null));
  });

  it('is none without one', () => {
    expect(said({}, Array(40).fill({ cpu: 8, memoryBytes: 64_000 * MIB }))).toEqual(Array(40).fill(null));
  });
});

describe('going over limits again and again', () => {
  const counts = { breachLimit: 3, breachWindowMs: 900_000 };
  const breach = (now: number, restarts: number) => ({ sentence: 'It used too much.', now, restarts });

  it('is given up after some times in a while, which is told', () => {
    const first = judgeBreach([], breach(0, 0), counts);
    const second = judgeBreach(first.breaches, breach(300_000, 1), counts);
    const third = judgeBreach(second.breaches, breach(600_000, 2), counts);
    expect([first.verdict, second.verdict, third.verdict]).toEqual(['retry', 'retry', 'permanent']);
    expect(first.error.message).toBe('It used too much.');
    expect(third.error).toMatchObject({
      code: 'too-large',
      message:
        'It went over its limits 3 times within 15 min, so it is not started again. The last time: It used too much.',
      hint: expect.stringContaining('Raise or remove the limit'),
    });
  });

  it('is not when it takes long, or when the user has started it since', () => {
    expect(judgeBreach([0, 100_000], breach(950_000, 9), counts).verdict).toBe('retry');
    expect(judgeBreach([0, 1], breach(2, 0), counts)).toMatchObject({ verdict: 'retry', breaches: [2] });
  });
});

describe('the figures that are shown', () => {
  const noon = Date.parse('2026-11-21T12:00:00Z');

  it('change when somebody would notice, and only then', () => {
    const first = takeFigures(null, usage({ cpu: 0.5, memoryBytes: 500 * MIB }), noon);
    expect(first).toMatchObject({ changed: true, figures: { shown: { cpu: 0.5, at: '2026-11-21T12:00:00.000Z' } } });
    const look = (changes: Partial<Usage>) =>
      takeFigures(first.figures, usage({ cpu: 0.5, memoryBytes: 500 * MIB, ...changes }), noon + 5_000).changed;
    expect(look({})).toBe(false);
    expect(look({ cpu: 0.53 })).toBe(false);
    expect(look({ cpu: 0.56 })).toBe(true);
    expect(look({ memoryBytes: 510 * MIB })).toBe(false);
    expect(look({ memoryBytes: 520 * MIB })).toBe(true);
    expect(look({ processes: 2 })).toBe(true);
    expect(look({ cpu: null })).toBe(true);
  });

  it('do not creep: many small steps are one that is noticed', () => {
    let figures: Figures = takeFigures(null, usage({}), noon).figures;
    let told = 0;
    for (let step = 1; step <= 40; step += 1) {
      const next = takeFigures(figures, usage({ memoryBytes: 50 * MIB + step * 0.25 * MIB }), noon + step * 1000);
      figures = next.figures;
      if (next.changed) told += 1;
    }
    expect(told).toBe(5);
    expect(Math.abs(figures.shown.memoryBytes - 60 * MIB)).toBeLessThan(2 * MIB);
  });

  it('keep the most of each of the last ten minutes', () => {
    let figures: Figures | null = null;
    for (let look = 0; look < 24; look += 1) {
      const memoryBytes = (look % 2 === 0 ? 100 + look : 50) * MIB;
      ({ figures } = takeFigures(figures, usage({ memoryBytes }), noon + look * 30_000));
    }
    expect(figures?.shown.memoryPerMinute.map((bytes) => bytes / MIB)).toEqual([
      104, 106, 108, 110, 112, 114, 116, 118, 120, 122,
    ]);
  });
});

describe('the settings of limits', () => {
  it.each([
    [{ memoryMegabytes: 1 }, 'at least 16 MiB'],
    [{ memoryMegabytes: 20.5 }, 'whole number'],
    [{ cpuPercent: 0 }, 'at least 5 %'],
    [{ memory: 1 }, 'memory'],
  ])('%j are refused', (limits, message) => {
    expect(limitsSchema.safeParse(limits).error?.issues[0]?.message).toContain(message);
  });
});
