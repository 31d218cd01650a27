import { type FSWatcher, watch } from 'node:fs';

/** Events come within a millisecond; after so long the system has dropped them. In ms. */
const LONGEST_WAIT_MS = 2_000;

/**
 * Hears in which order names in a folder come and go, and so can tell afterwards what no look could see: that a file of another
 * program had taken a name for the moment before ours took it. Only Linux tells each event, in order (inotify), so only there it is
 * a proof. Where the system cannot watch it stays deaf, and answers that nobody came.
 */
export class RenameWitness {
  readonly #watcher: FSWatcher;
  readonly #order: string[] = [];
  #heard: () => void = () => {};
  #deaf = false;

  /** Hears everything from now on; null when the system has no watch left. */
  static of(folder: string): RenameWitness | null {
    try {
      return new RenameWitness(folder);
    } catch {
      return null;
    }
  }

  private constructor(folder: string) {
    this.#watcher = watch(folder, { persistent: true }, (event, name) => {
      if (event !== 'rename' || name === null) return;
      this.#order.push(name);
      this.#heard();
    });
    this.#watcher.on('error', () => {
      this.#deaf = true;
      this.#heard();
    });
  }

  /**
   * Whether somebody else's file took `name` between an event of `since` and the next one of `moved`, names that only we use. `own`:
   * how often we took `name` ourselves in between.
   */
  async cameBetween(name: string, since: string, moved: string, own = 0): Promise<boolean> {
    const deadline = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const between = eventsBetween(this.#order, since, moved);
      if (between !== null) return between.filter((event) => event === name).length > own;
      const left = deadline - Date.now();
      if (this.#deaf || left <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#watcher.close();
  }
}

/** The names that came or went between the last event of `since` and the next one of `moved`; null as long as that has not come. */
function eventsBetween(order: readonly string[], since: string, moved: string): string[] | null {
  const from = order.lastIndexOf(since);
  const to = order.indexOf(moved, from + 1);
  return from < 0 || to < 0 ? null : order.slice(from + 1, to);
}
