/** Something that must be ended. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

/** Holds what was created and ends it in the reverse order, all of it, even when one fails. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #disposing: Promise<void> | null = null;

  add<T extends Disposable>(item: T): T {
    if (this.#disposing) throw new Error('added to a store that is already disposed');
    this.#items.push(item);
    return item;
  }

  /** Rejects with an AggregateError when something failed; everything else has been disposed all the same. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#run();
    return this.#disposing;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const item of this.#items.reverse()) {
      try {
        await item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#items.length = 0;
    if (failures.length === 0) return;
    const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new AggregateError(failures, `some parts did not shut down cleanly: ${reasons.join('; ')}`);
  }
}
