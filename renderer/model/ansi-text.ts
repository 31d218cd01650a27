import Anser from 'anser';

/** A piece of a line in one style. */
export interface StyledPart {
  readonly text: string;
  /** `red`, `bright-blue`, …: one of the 16 names, or null for the ordinary colour. */
  readonly color: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  /** It matches the search. */
  readonly match: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** A line without colours and other terminal sequences. */
export function plainText(text: string): string {
  return text.includes('\u001b') ? text.replace(escapes, '') : text;
}

/** A line in pieces: its terminal colours, and where it matches the search (upper and lower case alike). */
export function styledParts(text: string, search: string): StyledPart[] {
  const colored = text.includes('\u001b') ? coloredParts(text) : [{ text, color: null, bold: false, dim: false }];
  const plain = colored.map((part) => part.text).join('');
  const matches = matchRanges(plain, search);
  const parts: StyledPart[] = [];
  let offset = 0;
  for (const part of colored) {
    for (const piece of splitAt(part.text, offset, matches)) parts.push({ ...part, ...piece });
    offset += part.text.length;
  }
  return parts;
}

type ColoredPart = Omit<StyledPart, 'match'>;

function coloredParts(text: string): ColoredPart[] {
  // Colours are all that Anser knows; what else a terminal obeys is removed before.
  const colorsOnly = text.replace(escapes, (sequence) => (sequence.endsWith('m') ? sequence : ''));
  return Anser.ansiToJson(colorsOnly, { json: true, remove_empty: true, use_classes: true }).map((entry) => ({
    text: entry.content,
    color: /^ansi-(bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/.test(entry.fg ?? '')
      ? entry.fg.slice('ansi-'.length)
      : null,
    bold: entry.decorations.includes('bold'),
    dim: entry.decorations.includes('dim'),
  }));
}

function matchRanges(plain: string, search: string): [number, number][] {
  if (search === '') return [];
  const haystack = plain.toLowerCase();
  const needle = search.toLowerCase();
  const ranges: [number, number][] = [];
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + needle.length)) {
    ranges.push([at, at + needle.length]);
  }
  return ranges;
}

function splitAt(
  text: string,
  offset: number,
  ranges: readonly [number, number][],
): { text: string; match: boolean }[] {
  const pieces: { text: string; match: boolean }[] = [];
  let done = 0;
  for (const [from, to] of ranges) {
    const start = Math.max(from - offset, done);
    const end = Math.min(to - offset, text.length);
    if (end <= start) continue;
    if (start > done) pieces.push({ text: text.slice(done, start), match: false });
    pieces.push({ text: text.slice(start, end), match: true });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), match: false });
  return pieces;
}
