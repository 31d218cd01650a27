import { setImmediate as nextTurn } from 'node:timers/promises';
import { toErrorInfo } from '../../../contract/errors.ts';
import type { Backend } from '../backend/backend.ts';
import { Emitter } from '../emitter.ts';
import type { LogStore } from '../logs/log-store.ts';

export interface ToolCountsParts {
  /** Counts the tools that an AI client would see. */
  readonly ask: (slug: string) => Promise<number>;
  /** The backend that is up now. */
  readonly current: (slug: string) => Backend | null;
  readonly logs: LogStore;
}

/** How many tools of each server pass its guard, which is known only by asking. */
export class ToolCounts {
  readonly #parts: ToolCountsParts;
  readonly #counts = new Map<string, number>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #changed = new Emitter<void>();

  readonly onDidChange = this.#changed.event;

  constructor(parts: ToolCountsParts) {
    this.#parts = parts;
  }

  /** Null until it was counted. */
  of(slug: string): number | null {
    return this.#counts.get(slug) ?? null;
  }

  /** Asks the backend that is up now. One that cannot tell shows no number and says why in its log. */
  count(slug: string): void {
    const backend = this.#parts.current(slug);
    if (backend) this.#asking.set(slug, this.#ask(slug, backend));
  }

  /** Resolves when the present backend has been asked. */
  async settled(slug: string): Promise<void> {
    await this.#asking.get(slug);
  }

  /** The backend is gone. */
  drop(slug: string): void {
    this.#counts.delete(slug);
  }

  forget(slug: string): void {
    this.#counts.delete(slug);
    this.#asking.delete(slug);
  }

  async #ask(slug: string, backend: Backend): Promise<void> {
    const isPresent = () => this.#parts.current(slug)?.id === backend.id;
    try {
      // Clients that wait for the server come first.
      await nextTurn();
      if (!isPresent()) return;
      const count = await this.#parts.ask(slug);
      if (!isPresent()) return;
      this.#counts.set(slug, count);
      this.#changed.fire();
    } catch (error) {
      const text = `its tools could not be listed: ${toErrorInfo(error).message}`;
      this.#parts.logs.append({ slug, stream: 'event', level: 'warn', text });
    }
  }
}
