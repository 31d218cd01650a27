import type { Disposable } from './dispose.ts';

/** Ends a subscription, at once. */
export interface Subscription extends Disposable {
  dispose(): void;
}

/** Subscribes to an announcement; the returned thing ends the subscription. */
export type Event<T> = (listener: (value: T) => void) => Subscription;

/** Announces that a state changed. Listeners run synchronously in the order they came; one that throws is a defect and is not caught. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  get size(): number {
    return this.#listeners.size;
  }
}
