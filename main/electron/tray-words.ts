const MAX_LABEL = 80;

/** A text on one line that a menu can show whole. */
export function shorten(sentence: string): string {
  const line = sentence.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_LABEL ? line : `${line.slice(0, MAX_LABEL - 1).trimEnd()}…`;
}

/** `1 server`, `2 servers`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
