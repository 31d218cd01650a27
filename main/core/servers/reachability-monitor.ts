import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';

const WHEN_UP_MS = 30_000;
const WHEN_DOWN_MS = 5_000;

/** How to ask and whom to tell. */
export interface ReachabilityPort {
  /** Contexts of servers that run now: only these have a reason to be asked (D20). */
  wanted(): readonly string[];
  ask(ref: string, signal: AbortSignal): Promise<{ reachable: boolean; error: ErrorInfo | null }>;
  tell(ref: string, seen: { reachable: boolean; error: ErrorInfo | null }): void;
}

/** Asks each cluster that is in use now and then, more often while it does not answer, one question at a time per cluster. */
export class ReachabilityMonitor implements Disposable {
  readonly #port: ReachabilityPort;
  readonly #next = new Map<string, NodeJS.Timeout>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();

  constructor(port: ReachabilityPort) {
    this.#port = port;
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
    const running = this.#asking.get(ref);
    if (running) return running;
    const asked = this.#ask(ref).finally(() => this.#asking.delete(ref));
    this.#asking.set(ref, asked);
    return asked;
  }

  async #ask(ref: string): Promise<void> {
    clearTimeout(this.#next.get(ref));
    this.#next.delete(ref);
    const seen = await this.#port.ask(ref, this.#abort.signal);
    if (this.#abort.signal.aborted) return;
    this.#port.tell(ref, seen);
    if (!this.#port.wanted().includes(ref)) return;
    const again = setTimeout(() => void this.check(ref), seen.reachable ? WHEN_UP_MS : WHEN_DOWN_MS);
    again.unref();
    this.#next.set(ref, again);
  }

  async dispose(): Promise<void> {
    this.#abort.abort();
    for (const timer of this.#next.values()) clearTimeout(timer);
    this.#next.clear();
    await Promise.allSettled(this.#asking.values());
  }
}
