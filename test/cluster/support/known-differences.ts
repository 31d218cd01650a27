/** Something that the demo cluster says and a real one does not say, or not in this form. */
interface KnownDifference {
  readonly line: RegExp;
  readonly why: string;
}

/** Differences that are right as they are. */
const intended: readonly KnownDifference[] = [
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
  { line: /^default {2}kubernetes {2}ClusterIP/, why: 'the address follows from the range of each cluster' },
];

/** Faults of the demo: each goes when main/core/demo is mended. */
const faults: readonly KnownDifference[] = [
  { line: /[mM]etadata\.creationTimestamp: null$|^ +creationTimestamp: null$/, why: '1.34 leaves it out of templates' },
  { line: /=(?=.*\b(pod-template-hash|preview)=)/, why: 'selectors and labels are printed in the order of their keys' },
  { line: /^shop {2}catalog {2}<none> {2}AGE$/, why: 'endpoints that are not ready are printed too' },
  {
    line: /^\.(apiVersion|code|details|kind|message|metadata|reason|status): |^: object$/,
    why: 'unknown paths answer text',
  },
  { line: /^reason (NotFound|404 page not found)$/, why: 'unknown paths answer text' },
  { line: /^column (Containers|Images|Selector) 1$/, why: 'wide tables of jobs and cronjobs have these too' },
  { line: /^Warning: v1 Endpoints is deprecated/, why: 'real ones warn in a header' },
];

/** Words with which the real API server refuses an object of the demo: more faults of the demo. */
const refusals: readonly KnownDifference[] = [
  { line: /status\.qosClass: Invalid value: "Burstable"/, why: 'without requests and limits a pod is BestEffort' },
  { line: /without the (SuccessCriteriaMet|FailureTarget)=true condition/, why: 'Jobs get these conditions first' },
  { line: /violates PodSecurity "restricted:latest"/, why: 'a namespace enforces what its own pods do not follow' },
];

const all = [...intended, ...faults, ...refusals];
const used = new Set<KnownDifference>();

/** Lines of one answer (the demo's) that another (the real cluster's) does not have, except where that is known. */
export function unexplained(lines: readonly string[], others: readonly string[]): string[] {
  const there = new Set(others);
  return lines.filter((line) => !there.has(line) && !isKnown(line, [...intended, ...faults]));
}

export function unknownRefusals(refused: readonly string[]): string[] {
  return refused.filter((line) => !isKnown(line, refusals));
}

/** Entries that no question needed: they are to be removed from their list. */
export function unusedDifferences(): string[] {
  return all.filter((difference) => !used.has(difference)).map(({ line, why }) => `${line}: ${why}`);
}

function isKnown(line: string, list: readonly KnownDifference[]): boolean {
  const difference = list.find((candidate) => candidate.line.test(line));
  if (difference) used.add(difference);
  return difference !== undefined;
}
