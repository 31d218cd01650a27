import { BerthError } from '../../../contract/errors.ts';
import type { ConnectedBackend } from '../backend/mcp-backend.ts';
import type { Timings } from './timings.ts';

/** What is needed to tell whether a server is alive. */
export interface LivenessOptions {
  readonly backend: ConnectedBackend;
  readonly timings: Pick<Timings, 'pingEveryMs' | 'pingTimeoutMs' | 'pingMisses'>;
  /** Whether the server's health path answers; null when it has none. */
  readonly health: (() => Promise<boolean>) | null;
  /** Whether Berth did not run for a while since then (`performance.now()`). */
  readonly pausedSince: (monotonic: number) => boolean;
  readonly signal: AbortSignal;
  /** Called once. */
  readonly onDead: (error: BerthError) => void;
}

/** Asks a server whether it still answers. */
export interface Liveness {
  /** Asks now, once; a server that gives no sign of life within `timeoutMs` is declared dead. Never rejects. */
  prove(timeoutMs: number): Promise<void>;
}

/**
 * Asks a silent server now and then whether it still answers. Anything that it sends counts, also an error and the progress of a
 * long call. After the allowed misses in a row `onDead` is called, once; a server whose health path answers is allowed twice as
 * many. A question that was open while the machine slept proves nothing. Ends with the signal.
 */
export function watchLiveness(options: LivenessOptions): Liveness {
  const { backend, timings, health, pausedSince, signal, onDead } = options;
  let misses = 0;
  let timer: NodeJS.Timeout | null = null;
  let dead = false;

  const over = () => dead || signal.aborted || backend.closed !== null;
  const die = (error: BerthError) => {
    if (over()) return;
    dead = true;
    onDead(error);
  };

  /** Whether it gave a sign of life; null when that cannot be told. */
  const answers = async (timeoutMs: number): Promise<boolean | null> => {
    const askedAt = performance.now();
    try {
      await askForSign(backend, timeoutMs);
      return true;
    } catch {
      // A busy server may answer others and not yet this.
      if (backend.lastHeardAt > askedAt) return true;
      return pausedSince(askedAt) ? null : false;
    }
  };

  const ask = async () => {
    timer = null;
    const silentMs = performance.now() - backend.lastHeardAt;
    if (silentMs < timings.pingEveryMs) {
      misses = 0;
      return schedule(timings.pingEveryMs);
    }
    const answer = await answers(timings.pingTimeoutMs);
    if (over()) return;
    if (answer === null) return schedule(0);
    misses = answer ? 0 : misses + 1;
    if (misses < timings.pingMisses) return schedule(timings.pingEveryMs);
    const healthy = health !== null && (await health());
    if (healthy && misses < 2 * timings.pingMisses) return schedule(timings.pingEveryMs);
    const but = healthy ? ', though its health path answers' : health ? ', and its health path does not answer' : '';
    die(new BerthError('timed-out', `The server has not answered ${misses} pings in a row${but}.`));
  };
  const schedule = (ms: number) => {
    if (over()) return;
    timer = setTimeout(() => void ask(), ms);
    timer.unref();
  };

  signal.addEventListener('abort', () => timer && clearTimeout(timer), { once: true });
  schedule(timings.pingEveryMs);
  return {
    async prove(timeoutMs) {
      if (over()) return;
      misses = 0;
      let answer = await answers(timeoutMs);
      // Slept again while it was asked.
      if (answer === null && !over()) answer = await answers(timeoutMs);
      if (answer !== false || over() || (health !== null && (await health()))) return;
      const seconds = Math.round(timeoutMs / 100) / 10;
      die(new BerthError('timed-out', `The server gave no sign of life within ${seconds} s.`));
    },
  };
}

/**
 * `ping`, or a list where a server over HTTP refuses it with a status: later protocol versions have no ping. An answer that is an
 * error, such as `method not found`, is a sign of life all the same. Rejects when nothing came.
 */
async function askForSign(backend: ConnectedBackend, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  try {
    await backend.ping(timeoutMs);
  } catch (error) {
    const list = cheapList(backend.initializeResult.capabilities);
    // Silence is no refusal.
    if (list === null || backend.closed || (error instanceof BerthError && error.code === 'timed-out')) throw error;
    await backend.ask(list, Math.max(1, until - performance.now()));
  }
}

/** The list that costs a server least: prompts and tools are fixed, resources may be looked up in the cluster. */
function cheapList(capabilities: Readonly<Record<string, unknown>>): string | null {
  for (const kind of ['prompts', 'tools', 'resources']) if (capabilities[kind]) return `${kind}/list`;
  return null;
}
