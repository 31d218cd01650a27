import type { JsonRpcMessage } from '../../backend/backend.ts';
import { type ListName, listChanged } from '../lists.ts';

/** Changes within this time are announced once: a context switch replaces many servers at the same moment. */
const SETTLE_MS = 50;

/** Tells one client which lists have changed. */
export class Announcer {
  readonly #push: (message: JsonRpcMessage) => void;
  readonly #changed = new Set<ListName>();
  #timer: NodeJS.Timeout | null = null;

  constructor(push: (message: JsonRpcMessage) => void) {
    this.#push = push;
  }

  changed(...names: readonly ListName[]): void {
    for (const name of names) this.#changed.add(name);
    if (this.#changed.size === 0) return;
    this.#timer ??= setTimeout(() => this.#announce(), SETTLE_MS);
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#changed.clear();
  }

  #announce(): void {
    this.#timer = null;
    for (const name of this.#changed) this.#push(listChanged(name));
    this.#changed.clear();
  }
}
