/** The newest lines of an output, bounded in number and length. */
export class LastLines {
  readonly #max: number;
  readonly #maxLength: number;
  #lines: string[] = [];

  constructor(max = 60, maxLength = 1_000) {
    this.#max = max;
    this.#maxLength = maxLength;
  }

  push(line: string): void {
    this.#lines.push(line.length > this.#maxLength ? `${line.slice(0, this.#maxLength)}…` : line);
    // Cut rarely: a flood must not move the whole list for each line.
    if (this.#lines.length >= 2 * this.#max) this.#lines = this.#lines.slice(-this.#max);
  }

  /** Takes lines with their ends; of a large text only what is kept is looked at. */
  pushText(text: string): void {
    const found: string[] = [];
    for (let end = text.length; end > 0 && found.length < this.#max; ) {
      const start = text.lastIndexOf('\n', end - 1) + 1;
      const line = text.slice(start, end).trimEnd();
      if (line !== '') found.push(line);
      end = start - 1;
    }
    for (const line of found.reverse()) this.push(line);
  }

  list(): string[] {
    return this.#lines.slice(-this.#max);
  }
}
