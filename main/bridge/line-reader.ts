const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines of UTF-8. Lines that are longer than allowed are reported once and left out; empty ones are skipped.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onOverlong: () => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number, onLine: (line: string) => void, onOverlong: () => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onOverlong = onOverlong;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#take(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#take(chunk.subarray(start));
  }

  #take(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #finish(): void {
    const overlong = this.#bytes > this.#maxBytes;
    const line = overlong ? '' : Buffer.concat(this.#parts, this.#bytes).toString('utf8').trim();
    this.#parts = [];
    this.#bytes = 0;
    if (overlong) this.#onOverlong();
    else if (line !== '') this.#onLine(line);
  }
}
