/** The line break that a text has most of; LF without any. */
export function eolOf(text: string): string {
  const windows = text.split('\r\n').length - 1;
  const unix = text.split('\n').length - 1 - windows;
  if (windows > 0 || unix > 0) return windows > unix ? '\r\n' : '\n';
  return text.includes('\r') ? '\r' : '\n';
}

/** Start of the line at this place; lines end with LF or CRLF. */
export function lineStartAt(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Start of the next line, or the end of the text. */
export function nextLineAt(text: string, offset: number): number {
  const lineBreak = text.indexOf('\n', offset);
  return lineBreak === -1 ? text.length : lineBreak + 1;
}

/** Puts lines in at the start of a line or at the end. A text that does not end with a line break does not after it, either. */
export function insertLines(text: string, at: number, lines: readonly string[]): string {
  const eol = eolOf(text);
  const open = at === text.length && text !== '' && !text.endsWith('\n');
  return splice(text, at, 0, open ? eol + lines.join(eol) : lines.join(eol) + eol);
}

/** Takes whole lines out; the inverse of `insertLines`. */
export function cutLines(text: string, from: number, to: number): string {
  const open = to === text.length && !text.endsWith('\n');
  const start = open ? from - (/\r?\n$/.exec(text.slice(Math.max(0, from - 2), from))?.[0].length ?? 0) : from;
  return splice(text, start, to - start, '');
}

export function splice(text: string, offset: number, length: number, content: string): string {
  return text.slice(0, offset) + content + text.slice(offset + length);
}
