const heads = ['figure', 'Berth', 'peer', 'unit', 'ratio', 'bar', ''];

/** Rows of figures as an aligned table: words to the left, numbers to the right. */
export function table(rows) {
  const lines = [heads, ...rows.map(cells)];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isNumber = (column) => column === 1 || column === 2 || column === 4;
  return lines
    .map((line) =>
      line
        .map((text, column) => (isNumber(column) ? text.padStart(widths[column]) : text.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

function cells({ figure, berth, peer, unit, ratio, bar, ok }) {
  const times = ratio === null ? '' : `${short(ratio)}×`;
  return [
    figure,
    short(berth),
    peer === null ? '' : short(peer),
    unit,
    times,
    bar ?? '',
    bar ? (ok ? 'ok' : 'MISSED') : '',
  ];
}

/** Three digits that matter, and no exponent. */
function short(value) {
  if (!Number.isFinite(value)) return '?';
  if (Number.isInteger(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** What a bench came to, in one word or two. */
export function verdictOf({ rows, skipped, error }) {
  if (error !== null) return 'failed';
  if (skipped) return 'skipped';
  return rows.every((row) => row.ok) ? 'all bars met' : 'a bar was missed';
}
