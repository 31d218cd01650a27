import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';

/** Clusters that are asked side by side when somebody asks for all. */
const AT_ONCE = 16;
const WHEN_UP_MS = 30_000;
const WHEN_DOWN_MS = 5_000;
/** An answer that is no older tells enough about a server that has just come up. */
const FRESH_MS = 10_000;

interface Seen {
  readonly reachable: boolean;
  readonly error: ErrorInfo | null;
}

/** A question that is open. */
interface Question {
  readonly answered: Promise<void>;
  readonly abort: AbortController;
}

/** How to ask and whom to tell. */
export interface ReachabilityPort {
  /** Contexts of servers that run now: only these have a reason to be asked (D20). */
  wanted(): readonly string[];
  ask(ref: string, signal: AbortSignal): Promise<Seen>;
  tell(ref: string, seen: Seen): void;
}

/** Asks each cluster that is in use now and then, more often while it does not answer, one question at a time per cluster. */
export class ReachabilityMonitor implements Disposable {
  readonly #port: ReachabilityPort;
  readonly #next = new Map<string, NodeJS.Timeout>();
  readonly #asking = new Map<string, Question>();
  readonly #seen = new Map<string, Seen & { readonly at: number }>();
  readonly #back = new Emitter<string>();
  #disposed = false;

  /** Fires with the context whose cluster answers again. */
  readonly onBack = this.#back.event;

  constructor(port: ReachabilityPort) {
    this.#port = port;
  }

  /** Contexts that are asked now and then. */
  wanted(): readonly string[] {
    return this.#port.wanted();
  }

  /** Takes note of which contexts are in use now: new ones are asked at once, others no more. */
  update(): void {
    const wanted = new Set(this.#port.wanted());
    for (const [ref, timer] of this.#next) {
      if (wanted.has(ref)) continue;
      clearTimeout(timer);
      this.#next.delete(ref);
    }
    for (const ref of wanted) if (!this.#next.has(ref) && !this.#asking.has(ref)) void this.check(ref);
  }

  /** Asks now; joins a question that is under way. */
  check(ref: string): Promise<void> {
    return (this.#asking.get(ref) ?? this.#question(ref)).answered;
  }

  /** Tells again what was just seen, and asks only when that was too long ago: thirty servers that come up ask once. */
  async freshen(ref: string): Promise<void> {
    const seen = this.#seen.get(ref);
    if (this.#asking.has(ref) || !seen || performance.now() - seen.at > FRESH_MS) return this.check(ref);
    this.#port.tell(ref, seen);
  }

  /** Asks now, also when a question from another time is still open, which is dropped. Resolves with whether the cluster answers. */
  async anew(ref: string): Promise<boolean> {
    this.#asking.get(ref)?.abort.abort();
    await this.#question(ref).answered;
    return this.#seen.get(ref)?.reachable ?? false;
  }

  /** Asks all of these, a few at a time: each may start a login program. */
  async checkAll(refs: readonly string[]): Promise<void> {
    const waiting = [...refs];
    const askOn = async (): Promise<void> => {
      for (let ref = waiting.shift(); ref !== undefined && !this.#disposed; ref = waiting.shift())
        await this.check(ref);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, refs.length) }, askOn));
  }

  #question(ref: string): Question {
    const abort = new AbortController();
    const question = { abort, answered: this.#ask(ref, abort.signal) };
    this.#asking.set(ref, question);
    const done = () => {
      if (this.#asking.get(ref) === question) this.#asking.delete(ref);
    };
    question.answered.then(done, done);
    return question;
  }

  async #ask(ref: string, signal: AbortSignal): Promise<void> {
    if (this.#disposed) return;
    clearTimeout(this.#next.get(ref));
    this.#next.delete(ref);
    const seen = await this.#port.ask(ref, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (seen === null || signal.aborted || this.#disposed) return;
    const before = this.#seen.get(ref);
    this.#seen.set(ref, { ...seen, at: performance.now() });
    this.#port.tell(ref, seen);
    if (before?.reachable === false && seen.reachable) this.#back.fire(ref);
    if (!this.#port.wanted().includes(ref)) return;
    const again = setTimeout(() => void this.check(ref), seen.reachable ? WHEN_UP_MS : WHEN_DOWN_MS);
    again.unref();
    this.#next.set(ref, again);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const timer of this.#next.values()) clearTimeout(timer);
    this.#next.clear();
    const open = [...this.#asking.values()];
    for (const { abort } of open) abort.abort();
    await Promise.allSettled(open.map(({ answered }) => answered));
  }
}
