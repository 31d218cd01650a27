import { stripVTControlCharacters } from 'node:util';

/** One column: its head, the text of a row, and whether it is only shown with `-o wide`. */
export interface Column<Row> {
  readonly head: string;
  readonly text: (row: Row) => string | number | null | undefined;
  readonly wide?: boolean;
  /** Applied after the widths are known, so that colour does not move columns. */
  readonly paint?: (text: string, row: Row) => string;
}

const GAP = 3;

/** A table as kubectl prints it: heads in capitals, columns apart by three spaces, `-` for nothing, no lines, no trailing blanks. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], wide: boolean): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const cells = rows.map((row) => shown.map((column) => cellText(column.text(row))));
  const widths = shown.map((column, index) =>
    Math.max(column.head.length, ...cells.map((line) => displayWidth(line[index] ?? ''))),
  );
  const pad = (text: string, index: number) =>
    index === shown.length - 1 ? '' : ' '.repeat((widths[index] ?? 0) - displayWidth(text) + GAP);
  const head = shown.map((column, index) => column.head + pad(column.head, index)).join('');
  const body = rows.map((row, line) =>
    shown
      .map((column, index) => {
        const text = cells[line]?.[index] ?? '';
        return (column.paint ? column.paint(text, row) : text) + pad(text, index);
      })
      .join('')
      .trimEnd(),
  );
  return [head.trimEnd(), ...body].join('\n');
}

/** Lines of `name: value` whose values align. */
export function facts(pairs: readonly (readonly [name: string, value: string | null | undefined])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 1;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}  ${cellText(value)}`).join('\n');
}

function cellText(value: string | number | null | undefined): string {
  const text = value === null || value === undefined || value === '' ? '-' : String(value);
  return oneLine(text);
}

/** Names and texts come from kubeconfigs and servers: nothing in them may move the terminal's cursor. */
export function oneLine(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return stripVTControlCharacters(text)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, '');
}

/** Made for the first text that is not plain: it takes as long as reading a dozen kubeconfigs. */
let graphemes: Intl.Segmenter | null = null;

const wideLetter =
  /\p{Extended_Pictographic}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** Columns that a text takes in a terminal: wide East Asian characters and emoji take two, marks none. */
export function displayWidth(text: string): number {
  // Nearly every text is plain, and tables may have thousands of cells.
  if (/^[ -~]*$/.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wideLetter.test(segment) ? 2 : 1;
  return width;
}
