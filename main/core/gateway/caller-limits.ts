import { BerthError } from '../../../contract/errors.ts';
import { untilAborted } from '../until-aborted.ts';

/** What one client may ask of a server; null for as much as it likes. */
export interface CallLimits {
  readonly perMinute: number | null;
  readonly atOnce: number | null;
  /** How long a call may go without a sign of the server, in ms. */
  readonly silentMs: number;
}

interface Caller {
  /** Calls that may be made at once now, as of `at`. */
  tokens: number;
  at: number;
  running: number;
  readonly waiting: (() => void)[];
}

const MINUTE_MS = 60_000;
/** Clients that have not called for so long are forgotten, with a full bucket: as if they had never been. */
const FORGET_AFTER_MS = 10 * MINUTE_MS;

/** Keeps each client of a server to its share: a token bucket for how often, and turns for how many at once, first come, first served. */
export class CallerLimits {
  readonly #callers = new Map<string, Caller>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Resolves when it is the client's turn, with what gives the turn back. Rejects with `refused`, which says how long to wait, when the
   * client has called too often, and with `cancelled` when `signal` aborts.
   */
  async admit(client: string, limits: CallLimits, signal: AbortSignal): Promise<() => void> {
    const caller = this.#caller(client, limits);
    if (limits.perMinute !== null) this.#spend(client, caller, limits.perMinute);
    if (limits.atOnce !== null && caller.running >= limits.atOnce) {
      let turn = () => {};
      const granted = new Promise<true>((resolve) => {
        turn = () => resolve(true);
      });
      caller.waiting.push(turn);
      if (!(await Promise.race([granted, untilAborted(signal)]))) {
        const index = caller.waiting.indexOf(turn);
        // Else the turn came at the same moment, and is handed on.
        if (index >= 0) caller.waiting.splice(index, 1);
        else this.#handOn(caller);
        throw new BerthError('cancelled', 'The call was cancelled.');
      }
    } else caller.running += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#handOn(caller);
      isHeld = false;
    };
  }

  /** The next one has the turn of the one that ended, so `running` stays; without a next one it is free. */
  #handOn(caller: Caller): void {
    const next = caller.waiting.shift();
    if (next) next();
    else caller.running -= 1;
  }

  #spend(client: string, caller: Caller, perMinute: number): void {
    const now = this.#now();
    const gained = ((now - caller.at) / MINUTE_MS) * perMinute;
    caller.tokens = Math.min(perMinute, caller.tokens + gained);
    caller.at = now;
    if (caller.tokens >= 1) {
      caller.tokens -= 1;
      return;
    }
    const seconds = Math.max(1, Math.ceil(((1 - caller.tokens) / perMinute) * (MINUTE_MS / 1_000)));
    throw new BerthError('refused', `${client} may make ${perMinute} calls a minute here, and has made them.`, {
      hint: `Wait ${seconds} s and call again. The user can raise the limit in Berth.`,
    });
  }

  #caller(client: string, { perMinute }: CallLimits): Caller {
    const known = this.#callers.get(client);
    if (known) return known;
    const now = this.#now();
    for (const [name, { at, running, waiting }] of this.#callers) {
      if (running === 0 && waiting.length === 0 && now - at > FORGET_AFTER_MS) this.#callers.delete(name);
    }
    const caller: Caller = { tokens: perMinute ?? 0, at: now, running: 0, waiting: [] };
    this.#callers.set(client, caller);
    return caller;
  }
}
