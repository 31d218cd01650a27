import { toErrorInfo } from '../../../../contract/errors.ts';
import { settlesWithin } from '../../settles-within.ts';

export type Item = Record<string, unknown>;

export interface KeptListOptions {
  /** All pages of the server's list. Rejects with a BerthError. */
  readonly read: () => Promise<Item[]>;
  /** A reading that was not waited for has brought another list than the one that was shown. */
  readonly onLate: () => void;
}

const nothing: readonly Item[] = [];

/** One list of one server, as it was read last, so that a server that is slow or down keeps nobody waiting for the others' lists. */
export class KeptList {
  readonly #options: KeptListOptions;
  #items = nothing;
  #fresh = false;
  #reading: Promise<void> | null = null;
  #begun = 0;
  #newest = 0;

  constructor(options: KeptListOptions) {
    this.#options = options;
  }

  /** What was read last is no longer the whole truth. */
  forget(): void {
    this.#fresh = false;
    this.#reading = null;
  }

  /** The list, read `anew` or when it was forgotten; after `waitMs`, as it was known. Empty for a server that does not run. */
  async get({ anew, waitMs }: { anew: boolean; waitMs: number }): Promise<readonly Item[]> {
    if (this.#fresh && !anew) return this.#items;
    this.#reading ??= this.#read();
    const reading = this.#reading;
    const shown = this.#items;
    if (await settlesWithin(waitMs, reading)) return this.#items;
    void reading.then(() => {
      if (JSON.stringify(shown) !== JSON.stringify(this.#items)) this.#options.onLate();
    });
    return shown;
  }

  /** Never rejects. */
  #read(): Promise<void> {
    this.#begun += 1;
    const turn = this.#begun;
    const reading = this.#options
      .read()
      .then(
        (items) => ({ items, fresh: true }),
        // One that only takes long may still have what it had; all others have nothing now.
        (error: unknown) => ({
          items: toErrorInfo(error).code === 'timed-out' ? this.#items : nothing,
          fresh: false,
        }),
      )
      .then(({ items, fresh }) => {
        // One that was begun later has been faster.
        if (turn < this.#newest) return;
        this.#newest = turn;
        this.#items = items;
        // Else it was forgotten meanwhile, and what was read may be the former list.
        if (this.#reading !== reading) return;
        this.#reading = null;
        this.#fresh = fresh;
      });
    return reading;
  }
}
