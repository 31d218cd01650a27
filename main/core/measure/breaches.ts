import { BerthError } from '../../../contract/errors.ts';

/** When exceeding a limit again and again is the server's nature: this often within this time. */
export interface BreachRules {
  readonly breachLimit: number;
  readonly breachWindowMs: number;
}

/** How often a server went over its limits lately: times in ms. */
export type Breaches = readonly number[];

/**
 * What follows from one more time over a limit: a restart, or giving up. The crash counter alone would restart a server for ever
 * that takes minutes to exceed its limit. `restarts` is 0 when the user has started it since. Pure.
 */
export function judgeBreach(
  before: Breaches,
  breach: { readonly sentence: string; readonly now: number; readonly restarts: number },
  rules: BreachRules,
): { readonly breaches: Breaches; readonly error: BerthError; readonly verdict: 'retry' | 'permanent' } {
  const recent = breach.restarts === 0 ? [] : before.filter((time) => breach.now - time < rules.breachWindowMs);
  const breaches = [...recent, breach.now];
  const hint = 'Raise or remove the limit in its settings, or look at what the server does.';
  if (breaches.length < rules.breachLimit) {
    return { breaches, error: new BerthError('too-large', breach.sentence, { hint }), verdict: 'retry' };
  }
  const minutes = Math.round(rules.breachWindowMs / 60_000);
  const message = `It went over its limits ${breaches.length} times within ${minutes} min, so it is not started again. The last time: ${breach.sentence}`;
  return { breaches: [], error: new BerthError('too-large', message, { hint }), verdict: 'permanent' };
}
