import type { LogLevel, LogLine } from '../../../contract/model/log.ts';
import type { LogBlock } from './log-block.ts';

/** The newest lines of one server, in the blocks that they came in, oldest first. */
export class LineRing {
  #blocks: (LogBlock | null)[] = [];
  #first = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(block: LogBlock): void {
    this.#blocks.push(block);
    this.#bytes += block.size;
  }

  /** Drops the oldest blocks until at most so many bytes are left. */
  shrinkTo(bytes: number): void {
    while (this.#bytes > bytes && this.#first < this.#blocks.length) {
      this.#bytes -= this.#blocks[this.#first]?.size ?? 0;
      // What is dropped must not stay in memory until the list itself is cut.
      this.#blocks[this.#first] = null;
      this.#first += 1;
    }
    if (this.#first > 1_024 && this.#first * 2 > this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The newest `limit` lines of at least `level` that `wanted` lets through, oldest first. */
  newest(limit: number, level: LogLevel | undefined, wanted: (line: LogLine) => boolean): LogLine[] {
    const found: LogLine[] = [];
    for (let index = this.#blocks.length - 1; index >= this.#first && found.length < limit; index -= 1) {
      const block = this.#blocks[index];
      if (!block?.reaches(level)) continue;
      const lines = block.lines(level);
      for (let at = lines.length - 1; at >= 0 && found.length < limit; at -= 1) {
        const line = lines[at];
        if (line && wanted(line)) found.push(line);
      }
    }
    return found.reverse();
  }
}
