/** Hides a private key that is printed over several lines. One for each output, which it reads in order. */
export class KeyBlock {
  /** No key is longer; a lost end line may not swallow the rest of a log. */
  static readonly #MOST_LINES = 200;
  #left = 0;

  /** Whether the next line belongs to a key. */
  get open(): boolean {
    return this.#left > 0;
  }

  /** The line as it may be shown. */
  read(line: string): string {
    if (this.#left > 0) {
      const ends = /-----END [A-Z0-9 ]*PRIVATE KEY-----/.test(line);
      this.#left = ends ? 0 : this.#left - 1;
      return '[redacted key]';
    }
    if (line.includes('PRIVATE KEY-----') && /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?!.*-----END)/.test(line)) {
      this.#left = KeyBlock.#MOST_LINES;
    }
    return line;
  }
}
