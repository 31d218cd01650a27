import type { Disposable } from '../dispose.ts';

/** What recovery asks and whom it tells. */
export interface RecoveryPort {
  /** Contexts that are in use: only these may be asked, since asking may want a login (D20). */
  contexts(): readonly string[];
  /** Asks the cluster anew, also when an older question is still open; whether it answers. */
  probe(ref: string): Promise<boolean>;
  /** Servers that should run. `up`: there is a process to ask. */
  servers(): readonly { readonly slug: string; readonly context: string | null; readonly up: boolean }[];
  /** Asks the server for a sign of life; without one it is restarted, which is the supervisor's business. */
  proveAlive(slug: string): Promise<void>;
  /** Tries one at once that waits or has given up because of the network; does nothing with others. */
  retry(slug: string, why: string): void;
  log(text: string): void;
}

/** What belongs together comes together: a wake is told by the shell, by the clocks and by the network. */
const SETTLE_MS = 1_000;

/**
 * What to do when the world was away for a while: asks each cluster in use once, then each server; restarts only what is broken.
 * The supervisor spreads those restarts and starts a few at a time, so that thirty servers do not come back in one heap.
 */
export class Recovery implements Disposable {
  readonly #port: RecoveryPort;
  readonly #settleMs: number;
  #timer: NodeJS.Timeout | null = null;
  #why = '';
  #round: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(port: RecoveryPort, settleMs: number = SETTLE_MS) {
    this.#port = port;
    this.#settleMs = settleMs;
  }

  /** Recovers soon; further reasons that come until then are one with it. `why` is a sentence. */
  soon(why: string): void {
    if (this.#disposed) return;
    if (!this.#timer) this.#why = why;
    else clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const round = () => this.#recover(this.#why);
      this.#round = this.#round.then(round, round);
    }, this.#settleMs);
    this.#timer.unref();
  }

  /** A cluster answers again: servers that failed because it did not are tried again at once. */
  contextIsBack(ref: string): void {
    if (this.#disposed) return;
    for (const { slug, context, up } of this.#port.servers()) {
      if (context === ref && !up) this.#port.retry(slug, `${ref} answers again.`);
    }
  }

  /** Resolves when no round is under way. */
  settled(): Promise<void> {
    return this.#round;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #recover(why: string): Promise<void> {
    if (this.#disposed) return;
    const port = this.#port;
    const refs = [...new Set(port.contexts())];
    port.log(`${why} Asking ${count(refs.length, 'cluster')} and ${count(port.servers().length, 'server')} in use.`);
    const probes = new Map(refs.map((ref) => [ref, port.probe(ref)]));
    await Promise.all(
      port.servers().map(async ({ slug, context, up }) => {
        if (up) return port.proveAlive(slug);
        // A cluster that is still away would only fail it again; it is tried when that answers.
        if (context !== null && !(await probes.get(context))) return;
        if (!this.#disposed) port.retry(slug, why);
      }),
    );
    await Promise.all(probes.values());
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
