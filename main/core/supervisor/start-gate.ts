import { availableParallelism } from 'node:os';
import { BerthError } from '../../../contract/errors.ts';

/** At most so many servers start at once: starting is work for the CPU, and all at once take longer until the first is ready. */
export function startsAtOnce(cpus: number = availableParallelism()): number {
  return Math.min(8, Math.max(4, cpus));
}

/** How long a start may keep its place, in ms: one that hangs at `initialize` costs no CPU, and others wait for the place. */
const HOLD_MS = 5_000;

/** Lets starts begin in the order in which they came, a few at a time. */
export class StartGate {
  readonly #cap: number;
  readonly #holdMs: number;
  readonly #waiting = new Set<() => void>();
  #held = 0;

  constructor(cap: number = startsAtOnce(), holdMs: number = HOLD_MS) {
    this.#cap = cap;
    this.#holdMs = holdMs;
  }

  /**
   * Does the work when it is its turn, and gives its place to the next when the work is done or has taken too long for that.
   * Rejects with `cancelled` when the signal aborts before its turn.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    const leave = this.#leaveOnce();
    const timer = setTimeout(leave, this.#holdMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(cancelled());
    if (this.#held < this.#cap) {
      this.#held += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(enter);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(enter);
        reject(cancelled());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(enter);
    });
  }

  /** The place goes straight to the first who waits, so that nobody who comes now slips in before. */
  #leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#held -= 1;
    };
  }
}

function cancelled(): BerthError {
  return new BerthError('cancelled', 'The start was cancelled.');
}
