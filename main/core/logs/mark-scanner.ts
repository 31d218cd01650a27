/** Length of a mark in characters. */
const LENGTH = 4;
/** Places that a pair of neighbouring characters can have in a mark. A search that looks at every third pair meets each mark once. */
const PLACES = LENGTH - 1;

/**
 * Finds the places of a text where one of many marks may stand, several times faster than a regular expression with as many
 * alternatives. Case does not count. It may find what is none, but misses nothing, so that what is not found needs no closer
 * look. Texts come as one byte for each character (`latin1`), since bytes are what can be read fastest.
 */
export class MarkScanner {
  /** For two neighbouring characters: one bit for each place that they have in some mark. */
  readonly #pairs = new Uint8Array(1 << 16);
  /** For a mark's first and last pair, mixed: whether some mark has them. What two marks share is found too often, never too seldom. */
  readonly #ends = new Uint8Array(1 << 16);

  /** Marks have four characters. One of three stands for all that begin with it and have one more. */
  constructor(marks: Iterable<string>) {
    for (const mark of marks) {
      const codes = Buffer.from(mark, 'latin1');
      if (codes.length >= LENGTH) this.#add(codes);
      else for (let last = 0; last <= 0xff; last += 1) this.#add(Buffer.from([...codes, last]));
    }
  }

  /** Where the first mark begins at or after `from`; infinite when there is none. */
  next(codes: Uint8Array, from: number): number {
    const pairs = this.#pairs;
    const end = codes.length - 1;
    for (let at = from; at < end; at += PLACES) {
      let places = 0;
      // A loop that does nothing else is twice as fast, and a flood is in it for most of the time.
      while (at < end) {
        places = pairs[pairAt(codes, at)] ?? 0;
        if (places !== 0) break;
        at += PLACES;
      }
      for (let place = PLACES - 1; place >= 0; place -= 1) {
        const start = at - place;
        if ((places & (1 << place)) !== 0 && start >= from && this.#isMark(codes, start)) return start;
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  #isMark(codes: Uint8Array, start: number): boolean {
    const first = pairAt(codes, start);
    const last = pairAt(codes, start + PLACES - 1);
    if (((this.#pairs[first] ?? 0) & 1) === 0 || ((this.#pairs[last] ?? 0) & (1 << (PLACES - 1))) === 0) return false;
    return this.#ends[mixed(first, last)] === 1;
  }

  #add(codes: Uint8Array): void {
    for (let place = 0; place < PLACES; place += 1) {
      const pair = pairAt(codes, place);
      this.#pairs[pair] = (this.#pairs[pair] ?? 0) | (1 << place);
    }
    this.#ends[mixed(pairAt(codes, 0), pairAt(codes, PLACES - 1))] = 1;
  }
}

/** A mark that a value of at least four characters cannot be without: from its middle, since beginnings are often alike. */
export function markOf(value: string): string {
  const start = Math.floor((value.length - LENGTH) / 2);
  return value.slice(start, start + LENGTH);
}

/** Small and capital letters become alike, and so do some others, which only means a needless look. Beyond the end stands nothing. */
function pairAt(codes: Uint8Array, at: number): number {
  return (((codes[at] ?? 0) | 0x20) << 8) | ((codes[at + 1] ?? 0) | 0x20);
}

function mixed(first: number, last: number): number {
  return (first ^ Math.imul(last, 0x9e35)) & 0xffff;
}
