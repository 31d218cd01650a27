import type { Timings } from './timings.ts';

/**
 * The delay before the next try, in ms: exponential with full jitter, so that servers that died together do not come back
 * together. `attempt` counts from 0; `random` is in [0, 1).
 */
export function backoffDelay(
  attempt: number,
  random: number,
  timings: Pick<Timings, 'backoffBaseMs' | 'backoffCapMs'>,
): number {
  // 2^30 is beyond every cap; larger exponents would only overflow.
  const longest = Math.min(timings.backoffCapMs, timings.backoffBaseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random * longest);
}
