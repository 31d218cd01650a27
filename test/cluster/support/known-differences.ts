/** Something that the demo cluster says and a real one does not say, or not in this form, and that is right as it is. */
interface KnownDifference {
  readonly line: RegExp;
  readonly why: string;
}

const known: readonly KnownDifference[] = [
  { line: /metrics\.k8s\.io/, why: 'the demo has metrics; this real cluster has no metrics server' },
  {
    line: /^[a-z./0-9]* {2}\[\] {2}\[\] {2}\[get list watch\]$/,
    why: 'the demo user may only read, the other is an admin',
  },
  {
    line: /<no description>|<empty>|^FIELD: spec <Object>$|\t<(\[\])?Object>$/,
    why: 'the demo knows no documentation',
  },
  { line: /^\.status\.userInfo\.extra/, why: 'another way to log in' },
  { line: /^"?default"? {2}"?kubernetes"? {2}"?ClusterIP/, why: 'the address follows from the range of each cluster' },
  {
    line: /^"\w+" {2}"[\w-]+" {2}"(Complete|Failed)" .* "batch\.kubernetes\.io\/job-name=[\w-]+"$/,
    why: 'a server puts the uid that it gave a Job into its selector; the demo only has the name there',
  },
];

const used = new Set<KnownDifference>();

/** Lines of one answer (the demo's) that another (the real cluster's) does not have, except where that is known. */
export function unexplained(lines: readonly string[], others: readonly string[]): string[] {
  const there = new Set(others);
  return lines.filter((line) => !there.has(line) && !isKnown(line));
}

/** Entries that no question needed: they are to be removed from their list. */
export function unusedDifferences(): string[] {
  return known.filter((difference) => !used.has(difference)).map(({ line, why }) => `${line}: ${why}`);
}

function isKnown(line: string): boolean {
  const difference = known.find((candidate) => candidate.line.test(line));
  if (difference) used.add(difference);
  return difference !== undefined;
}
