const NEWLINE = 0x0a;
/** Beyond so many bytes a line is not waited for: its beginning is handed on, the rest is counted. */
const MOST_BYTES = 64 * 1024;

/** The beginning of a line that was too long. */
export interface OverlongText {
  readonly head: string;
  /** Of the whole line, without its end. */
  readonly bytes: number;
}

/**
 * Makes texts of whole lines out of a byte stream, one for each chunk, with bounded memory: in a flood the work is done per
 * chunk and not per line. A line that is split over chunks comes with the chunk that ends it, so that neither a character nor
 * a secret is ever seen in halves. Bytes that are not UTF-8 become U+FFFD. Line ends are left as they came.
 */
export class TextBlocks {
  readonly #onText: (text: string) => void;
  readonly #onOverlong: (line: OverlongText) => void;
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #overlong: string | null = null;

  constructor(onText: (text: string) => void, onOverlong: (line: OverlongText) => void) {
    this.#onText = onText;
    this.#onOverlong = onOverlong;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#overlong !== null) {
      const end = chunk.indexOf(NEWLINE);
      this.#begunBytes += end < 0 ? chunk.length : end;
      if (end < 0) return;
      this.#finish();
      rest = chunk.subarray(end + 1);
    }
    const end = rest.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const whole = rest.subarray(0, end);
      const lines = this.#begunBytes > 0 ? Buffer.concat([...this.#begun, whole]) : whole;
      this.#begun = [];
      this.#begunBytes = 0;
      this.#onText(lines.toString('utf8'));
    }
    if (end < rest.length) this.#begin(rest.subarray(end));
  }

  /** Hands on what came after the last line end. */
  end(): void {
    this.#finish();
  }

  #begin(part: Buffer): void {
    // A copy: the start of a line must not keep the whole chunk in memory for as long as its end takes to come.
    this.#begun.push(Buffer.from(part));
    this.#begunBytes += part.length;
    if (this.#begunBytes <= MOST_BYTES) return;
    this.#overlong = Buffer.concat(this.#begun, MOST_BYTES).toString('utf8');
    this.#begun = [];
  }

  #finish(): void {
    const bytes = this.#begunBytes;
    const head = this.#overlong;
    const begun = this.#begun;
    this.#begunBytes = 0;
    this.#overlong = null;
    this.#begun = [];
    if (head !== null) this.#onOverlong({ head, bytes });
    else if (bytes > 0) this.#onText(Buffer.concat(begun).toString('utf8'));
  }
}
