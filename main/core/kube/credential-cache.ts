import { BerthError } from '../../../contract/errors.ts';
import type { ExecCredential } from './exec-credential.ts';

/** Plugins that do not say when their credential ends are asked again after this; a login that failed is not tried again before that. */
const unknownLifeMs = 10 * 60_000;
const failureLifeMs = 2 * 60_000;
const earlyMs = 30_000;

interface Entry {
  readonly until: number;
  readonly result: Promise<ExecCredential>;
}

/**
 * Remembers what login plugins gave, in memory, so that asking a cluster now and then neither starts a program each time nor opens a
 * login page each time that the last one was not answered.
 */
export class CredentialCache {
  readonly #entries = new Map<string, Entry>();

  /** The remembered credential (or failure) of that key, else what `login` gives. Callers at the same time share one login. */
  async get(key: string, login: () => Promise<ExecCredential>, now: () => number = Date.now): Promise<ExecCredential> {
    const known = this.#entries.get(key);
    if (known && known.until > now()) return await known.result;
    const result = login();
    this.#entries.set(key, { until: Number.POSITIVE_INFINITY, result });
    const keep = (until: number) => {
      if (this.#entries.get(key)?.result === result) this.#entries.set(key, { until, result });
    };
    result.then(
      (credential) => keep(credential.expiresAt === null ? now() + unknownLifeMs : credential.expiresAt - earlyMs),
      (error: unknown) => {
        // A login that nobody waited for says nothing about the next one.
        if (error instanceof BerthError && error.code === 'cancelled') this.forget(key);
        else keep(now() + failureLifeMs);
      },
    );
    return await result;
  }

  /** Forgets a credential that a cluster refused, or a failure that the user wants to try again. */
  forget(key: string): void {
    this.#entries.delete(key);
  }
}
