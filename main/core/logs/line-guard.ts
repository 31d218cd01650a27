import { KeyBlock } from './key-block.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { MarkScanner } from './mark-scanner.ts';
import { redactPatterns, suspiciousMarks } from './redact.ts';

/**
 * Keeps secrets out of one output, whose lines it sees in order. A text of many lines is searched as a whole, so that only the
 * few lines with something suspicious in them are looked at one by one.
 */
export class LineGuard {
  readonly #known: KnownSecrets;
  readonly #scratch: Scratch;
  readonly #key = new KeyBlock();
  #scanner = new MarkScanner(suspiciousMarks);
  #version = 0;
  #text = '';
  #codes: Uint8Array = new Uint8Array(0);
  #suspect = 0;

  /** `scratch` may be shared by all guards: one text is searched at a time. */
  constructor(known: KnownSecrets, scratch: Scratch) {
    this.#known = known;
    this.#scratch = scratch;
  }

  /** The text whose lines `clean` is asked about next. */
  begin(text: string): void {
    if (this.#version !== this.#known.version) {
      this.#version = this.#known.version;
      this.#scanner = new MarkScanner([...suspiciousMarks, ...this.#known.marks()]);
    }
    this.#text = text;
    this.#codes = this.#scratch.codesOf(text);
    this.#suspect = this.#scanner.next(this.#codes, 0);
  }

  /** Nothing in that text needs a closer look, and no key is being printed: its lines may be kept as they are. */
  get isClean(): boolean {
    return this.#suspect === Number.POSITIVE_INFINITY && !this.#key.open;
  }

  /** That text with one byte for each character, until the next `begin`. */
  get codes(): Uint8Array {
    return this.#codes;
  }

  /** The line of that text from `start` to `end` as it may be kept. Lines are asked for in order, each once. */
  clean(start: number, end: number): string {
    const line = this.#text.slice(start, end);
    if (this.#suspect >= end && !this.#key.open) return line;
    if (this.#suspect < end) this.#suspect = this.#scanner.next(this.#codes, end);
    return redactPatterns(this.#known.redact(this.#key.read(line)));
  }
}

/** Memory for the characters of a text, used again and again: in a flood new memory for each would cost more than the search. */
export class Scratch {
  #memory = Buffer.alloc(0);

  /** One byte for each character, until the next call. */
  codesOf(text: string): Uint8Array {
    if (this.#memory.length < text.length) this.#memory = Buffer.alloc(2 * text.length);
    return this.#memory.subarray(0, this.#memory.write(text, 'latin1'));
  }
}
