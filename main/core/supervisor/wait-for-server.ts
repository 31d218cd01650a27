import { BerthError } from '../../../contract/errors.ts';
import type { Supervisor } from './supervisor.ts';
import { waitUntil } from './wait-until.ts';

/** Resolves with the first defined answer of `check`, which is asked whenever something of the server changed. Rejects as `waitUntil` does. */
export function waitForServer<T>(
  supervisor: Pick<Supervisor, 'get' | 'onDidChange' | 'onDidChangeBackend'>,
  slug: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  check: () => T | undefined,
): Promise<T> {
  return waitUntil(
    check,
    (again) => [supervisor.onDidChange((changed) => changed === slug && again()), supervisor.onDidChangeBackend(again)],
    () => {
      const state = supervisor.get(slug)?.state ?? 'stopped';
      const seconds = Math.round(timeoutMs / 100) / 10;
      return new BerthError('timed-out', `${slug} is still ${state} after ${seconds} s.`, {
        hint: `Look at its logs: berth logs ${slug}`,
      });
    },
    timeoutMs,
    signal,
  );
}

/** What whoever needs a server that is stopped is told. */
export function notRunning(slug: string): BerthError {
  return new BerthError('not-running', `${slug} is stopped.`, {
    hint: `Start it in Berth, or with: berth start ${slug}`,
  });
}
