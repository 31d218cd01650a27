export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'hunk';
  readonly text: string;
  /** Line numbers before and after; null where the line does not exist there. */
  readonly before: number | null;
  readonly after: number | null;
}

/** The lines of a unified diff of one file. File headers and notes about missing newlines at the end are left out. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inHunk = false;
  const rows = diff.split('\n');
  if (rows.at(-1) === '') rows.pop();
  for (const row of rows) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(row);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inHunk = true;
      lines.push({ kind: 'hunk', text: row, before: null, after: null });
    } else if (inHunk && row.startsWith('+')) {
      lines.push({ kind: 'added', text: row.slice(1), before: null, after: after++ });
    } else if (inHunk && row.startsWith('-')) {
      lines.push({ kind: 'removed', text: row.slice(1), before: before++, after: null });
    } else if (inHunk && !row.startsWith('\\')) {
      lines.push({ kind: 'same', text: row.slice(1), before: before++, after: after++ });
    }
  }
  return lines;
}
