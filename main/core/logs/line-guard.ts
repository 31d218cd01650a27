import { KeyBlock } from './key-block.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { nextSuspicious, redactPatterns } from './redact.ts';

/**
 * Keeps secrets out of one output, whose lines it sees in order. A text of many lines is searched as a whole, so that only the
 * few lines with something suspicious in them are looked at one by one.
 */
export class LineGuard {
  readonly #known: KnownSecrets;
  readonly #key = new KeyBlock();
  #text = '';
  #suspicious = 0;
  #knownAt = 0;

  constructor(known: KnownSecrets) {
    this.#known = known;
  }

  /** The text whose lines `clean` is asked about next. */
  begin(text: string): void {
    this.#text = text;
    this.#suspicious = nextSuspicious(text, 0);
    this.#knownAt = this.#known.next(text, 0);
  }

  /** The line of that text from `start` to `end` as it may be kept. Lines are asked for in order, each once. */
  clean(start: number, end: number): string {
    const line = this.#text.slice(start, end);
    if (this.#suspicious >= end && this.#knownAt >= end && !this.#key.open) return line;
    if (this.#suspicious < end) this.#suspicious = nextSuspicious(this.#text, end);
    if (this.#knownAt < end) this.#knownAt = this.#known.next(this.#text, end);
    return redactPatterns(this.#known.redact(this.#key.read(line)));
  }
}
