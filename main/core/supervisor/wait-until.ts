import { BerthError } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';

/**
 * Resolves with the first defined answer of `check`, which is asked now and whenever a subscription says so. Rejects when
 * `check` throws, after `timeoutMs` (with `late()`), or with `cancelled`.
 */
export function waitUntil<T>(
  check: () => T | undefined,
  subscribe: (again: () => void) => Disposable[],
  late: () => BerthError,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    let subscriptions: Disposable[] = [];
    let timer: NodeJS.Timeout | null = null;
    const finish = (end: () => void) => {
      if (over) return;
      over = true;
      if (timer) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      for (const subscription of subscriptions) void subscription.dispose();
      end();
    };
    const onAbort = () => finish(() => reject(new BerthError('cancelled', 'Waiting was cancelled.')));
    const again = () => {
      if (over) return;
      try {
        const answer = check();
        if (answer !== undefined) finish(() => resolve(answer));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    again();
    if (over) return;
    if (signal?.aborted) return onAbort();
    subscriptions = subscribe(again);
    timer = setTimeout(() => finish(() => reject(late())), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
