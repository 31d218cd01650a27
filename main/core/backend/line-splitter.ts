const NEWLINE = 0x0a;
/** How much of the end of an overlong line is kept, in bytes. */
const TAIL_BYTES = 256;

/** What is left of a line that was longer than allowed. */
export interface OverlongLine {
  readonly head: string;
  readonly tail: string;
  readonly bytes: number;
}

export interface LineLimits {
  /** A line of more bytes is not kept as a whole. */
  readonly maxBytes: number;
  /** How much of the beginning of an overlong line is kept; at most `maxBytes`. */
  readonly headBytes: number;
}

/**
 * Cuts a byte stream into lines of UTF-8 with bounded memory. `\r\n` counts as one line end, empty lines are skipped, bytes
 * that are not UTF-8 become U+FFFD. Of a line that is too long, only its beginning and end are kept and reported.
 */
export class LineSplitter {
  readonly #limits: LineLimits;
  readonly #onLine: (line: string) => void;
  readonly #onOverlong: (line: OverlongLine) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #overlong: { head: string; tail: Buffer } | null = null;

  constructor(limits: LineLimits, onLine: (line: string) => void, onOverlong: (line: OverlongLine) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
    this.#onOverlong = onOverlong;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#take(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#take(chunk.subarray(start));
  }

  /** Reports what came after the last newline. */
  end(): void {
    this.#finish();
  }

  #take(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#overlong) {
      this.#overlong.tail = lastBytes([this.#overlong.tail, part]);
      return;
    }
    this.#chunks.push(part);
    if (this.#bytes <= this.#limits.maxBytes) return;
    const head = Buffer.concat(this.#chunks, Math.min(this.#bytes, this.#limits.headBytes)).toString('utf8');
    this.#overlong = { head, tail: lastBytes(this.#chunks) };
    this.#chunks = [];
  }

  #finish(): void {
    const bytes = this.#bytes;
    const overlong = this.#overlong;
    const chunks = this.#chunks;
    this.#bytes = 0;
    this.#overlong = null;
    this.#chunks = [];
    if (overlong) {
      this.#onOverlong({ head: overlong.head, tail: overlong.tail.toString('utf8'), bytes });
      return;
    }
    const only = chunks.length === 1 ? chunks[0] : undefined;
    const line = (only ?? Buffer.concat(chunks, bytes)).toString('utf8');
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') this.#onLine(text);
  }
}

/** A copy, so that the end of a line does not keep its whole chunk in memory. */
function lastBytes(parts: Buffer[]): Buffer {
  let wanted = TAIL_BYTES;
  const kept: Buffer[] = [];
  for (let index = parts.length - 1; index >= 0 && wanted > 0; index -= 1) {
    const part = parts[index];
    if (!part) continue;
    const piece = part.subarray(Math.max(0, part.length - wanted));
    kept.unshift(piece);
    wanted -= piece.length;
  }
  return Buffer.concat(kept);
}
