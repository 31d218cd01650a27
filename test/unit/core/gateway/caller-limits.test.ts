import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerLimits } from '../../../../main/core/gateway/caller-limits.ts';

const never = new AbortController().signal;
const limits = (perMinute: number | null, atOnce: number | null) => ({ perMinute, atOnce, silentMs: 1_000 });

describe('the share of a client', () => {
  it('is so many calls at once, then one by one as time goes by, and says how long to wait', async () => {
    let now = 0;
    const callers = new CallerLimits(() => now);
    const admit = () => callers.admit('cursor', limits(30, null), never);
    for (let call = 0; call < 30; call += 1) await admit();
    await expect(admit()).rejects.toMatchObject({
      code: 'refused',
      message: 'cursor may make 30 calls a minute here, and has made them.',
      hint: expect.stringContaining('Wait 2 s'),
    });
    now += 1_999;
    await expect(admit()).rejects.toMatchObject({ code: 'refused' });
    now += 1;
    await admit();
    await expect(admit()).rejects.toMatchObject({ code: 'refused' });
    now += 3_600_000;
    for (let call = 0; call < 30; call += 1) await admit();
    await expect(admit()).rejects.toMatchObject({ code: 'refused' });
  });

  it('is its own', async () => {
    const callers = new CallerLimits(() => 0);
    await callers.admit('cursor', limits(1, null), never);
    await callers.admit('claude', limits(1, null), never);
    await expect(callers.admit('claude', limits(1, null), never)).rejects.toMatchObject({ code: 'refused' });
  });

  it('lets calls wait for their turn in their order, whoever gives up meanwhile', async () => {
    const callers = new CallerLimits();
    const order: string[] = [];
    const first = await callers.admit('a', limits(null, 1), never);
    const abort = new AbortController();
    const second = callers.admit('a', limits(null, 1), abort.signal);
    const third = callers.admit('a', limits(null, 1), never).then((giveBack) => {
      order.push('third');
      return giveBack;
    });
    const fourth = callers.admit('a', limits(null, 1), never).then(() => order.push('fourth'));
    abort.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(order).toEqual([]);
    first();
    first();
    const giveBack = await third;
    expect(order).toEqual(['third']);
    giveBack();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('is never exceeded and never lost, however calls come, end and are given up', async () => {
    const step = fc.oneof(fc.constant('begin'), fc.constant('end'), fc.constant('abort'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), async (atOnce, steps) => {
        const callers = new CallerLimits();
        const running: (() => void)[] = [];
        const waiting = new Set<AbortController>();
        for (const what of steps) {
          if (what === 'begin') {
            const abort = new AbortController();
            waiting.add(abort);
            void callers.admit('a', limits(null, atOnce), abort.signal).then(
              (giveBack) => {
                waiting.delete(abort);
                running.push(giveBack);
              },
              () => waiting.delete(abort),
            );
          } else if (what === 'end') running.shift()?.();
          else [...waiting].at(-1)?.abort();
          await new Promise((resolve) => setImmediate(resolve));
          expect(running.length).toBeLessThanOrEqual(atOnce);
          if (waiting.size > 0) expect(running.length).toBe(atOnce);
        }
      }),
      { numRuns: 200 },
    );
  });
});
