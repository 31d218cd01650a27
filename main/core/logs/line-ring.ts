import type { LogLine } from '../../../contract/model/log.ts';

/** What a line takes beside its text, in bytes: object, time, level. An estimate. */
const LINE_OVERHEAD = 160;

/** The newest lines of one server, oldest first. */
export class LineRing {
  #lines: LogLine[] = [];
  #first = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(line: LogLine): void {
    this.#lines.push(line);
    this.#bytes += sizeOf(line);
  }

  /** Drops the oldest lines until at most so many bytes are left. */
  shrinkTo(bytes: number): void {
    const before = this.#first;
    while (this.#bytes > bytes && this.#first < this.#lines.length) {
      const line = this.#lines[this.#first];
      this.#first += 1;
      if (line) this.#bytes -= sizeOf(line);
    }
    if (this.#first > 1_024 && this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    } else {
      // What is dropped must not stay in memory until then.
      this.#lines.fill(placeholder, before, this.#first);
    }
  }

  /** The newest `limit` lines that `wanted` lets through, oldest first. */
  newest(limit: number, wanted: (line: LogLine) => boolean): LogLine[] {
    const found: LogLine[] = [];
    for (let index = this.#lines.length - 1; index >= this.#first && found.length < limit; index -= 1) {
      const line = this.#lines[index];
      if (line && wanted(line)) found.push(line);
    }
    return found.reverse();
  }
}

const placeholder: LogLine = { seq: 0, time: '', slug: '', stream: 'event', level: 'debug', text: '' };

/** V8 keeps Latin-1 strings in one byte a character and others in two: the larger is assumed. */
function sizeOf(line: LogLine): number {
  return LINE_OVERHEAD + 2 * line.text.length;
}
