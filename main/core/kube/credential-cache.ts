import { BerthError } from '../../../contract/errors.ts';
import { Emitter } from '../emitter.ts';
import type { ExecCredential } from './exec-credential.ts';

const MINUTE = 60_000;
/** Plugins that do not say when their credential ends are asked again after this. */
const unknownLifeMs = 10 * MINUTE;
/**
 * How long a login that failed is not tried again, and how long at most after it failed again and again. One that hung may have opened a
 * page that nobody looks at: it is tried more seldom.
 */
const afterFailure = { firstMs: 2 * MINUTE, mostMs: 30 * MINUTE };
const afterHanging = { firstMs: 10 * MINUTE, mostMs: 120 * MINUTE };
/** A credential is renewed this long before its end, or when four fifths of its life are over. */
const earlyMs = 30_000;

interface Entry {
  readonly until: number;
  readonly result: Promise<ExecCredential>;
  /** How often in a row the login has failed. */
  readonly failures: number;
  /** Null while the login runs, when it failed, and when the plugin does not say. */
  readonly life: ExecLife | null;
}

/** From when to when a plugin's credential holds, in ms since 1970. */
export interface ExecLife {
  readonly from: number;
  readonly until: number;
  /** From then on whoever asks gets a new one. */
  readonly renewAt: number;
}

/** What identifies a login: the context as it is called, and all that its kubeconfig says about it. */
export function credentialKey(ref: string, fingerprint: string): string {
  return `${ref}\0${fingerprint}`;
}

/**
 * Remembers what login plugins gave, in memory, so that asking a cluster now and then neither starts a program each time nor opens a
 * login page each time that the last one was not answered.
 */
export class CredentialCache {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Emitter<void>();

  /** A login has ended, well or not. */
  readonly onDidChange = this.#changed.event;

  /** The remembered credential (or failure) of that key, else what `login` gives. Callers at the same time share one login. */
  async get(key: string, login: () => Promise<ExecCredential>, now: () => number = Date.now): Promise<ExecCredential> {
    const known = this.#entries.get(key);
    if (known && known.until > now()) return await known.result;
    const before = known?.failures ?? 0;
    const result = login();
    this.#dropOthers(key);
    this.#entries.set(key, { until: Number.POSITIVE_INFINITY, result, failures: before, life: known?.life ?? null });
    const keep = (entry: Omit<Entry, 'result'>) => {
      if (this.#entries.get(key)?.result !== result) return;
      this.#entries.set(key, { ...entry, result });
      this.#changed.fire();
    };
    result.then(
      (credential) => {
        const life = lifeOf(credential, now());
        keep({ until: life?.renewAt ?? now() + unknownLifeMs, failures: 0, life });
      },
      (error: unknown) => {
        // A login that nobody waited for says nothing about the next one.
        if (error instanceof BerthError && error.code === 'cancelled') return this.forget(key);
        const failures = before + 1;
        keep({ until: now() + pauseAfter(error, failures), failures, life: this.#entries.get(key)?.life ?? null });
      },
    );
    return await result;
  }

  /** Until when what the plugin of this context gave last holds; null when it gave nothing, or does not say. */
  lifeOf(ref: string): ExecLife | null {
    for (const [key, { life }] of this.#entries) if (key.startsWith(`${ref}\0`)) return life;
    return null;
  }

  /** Whether the last login of this context failed. */
  hasFailed(ref: string): boolean {
    return [...this.#entries].some(([key, { failures }]) => key.startsWith(`${ref}\0`) && failures > 0);
  }

  /** Forgets a credential that a cluster refused, or a failure that the user wants to try again. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** The user asks: a login of this context that failed is tried again with the next question. */
  retry(ref: string): void {
    for (const [key, { failures, until }] of this.#entries) {
      const over = failures > 0 && until !== Number.POSITIVE_INFINITY;
      if (over && key.startsWith(`${ref}\0`)) this.#entries.delete(key);
    }
  }

  /** What was remembered of the context before its kubeconfig said something else. */
  #dropOthers(key: string): void {
    const context = key.slice(0, key.indexOf('\0') + 1);
    for (const other of this.#entries.keys()) {
      if (context !== '' && other !== key && other.startsWith(context)) this.#entries.delete(other);
    }
  }
}

function lifeOf({ expiresAt }: ExecCredential, now: number): ExecLife | null {
  if (expiresAt === null) return null;
  const early = Math.min(earlyMs, Math.max(0, (expiresAt - now) / 5));
  return { from: now, until: expiresAt, renewAt: expiresAt - early };
}

function pauseAfter(error: unknown, failures: number): number {
  const hung = error instanceof BerthError && error.code === 'timed-out';
  const { firstMs, mostMs } = hung ? afterHanging : afterFailure;
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}
