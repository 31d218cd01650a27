import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';

/** Names that mean something else where a context is named, and one that no settings can hold as a key. */
const taken: ReadonlySet<string> = new Set([ACTIVE_CONTEXT, NO_CONTEXT, '__proto__']);

/**
 * How contexts are called (D2): by their name where it is unique over all sources, else `NAME@SOURCE`. A name that looks like
 * another one's `NAME@SOURCE`, or that means something else, is written out in full too, so that refs are unique and mean one
 * thing whatever the names are.
 */
export function contextRefs(contexts: readonly { name: string; source: string }[]): string[] {
  const full = contexts.map(({ name, source }) => qualifiedRef(name, source));
  const counts = new Map<string, number>();
  for (const { name } of contexts) counts.set(name, (counts.get(name) ?? 0) + 1);
  const fulls = new Set(full);
  const isClear = (name: string) => counts.get(name) === 1 && !fulls.has(name) && !taken.has(name);
  return contexts.map(({ name }, index) => (isClear(name) ? name : (full[index] ?? name)));
}

export function qualifiedRef(name: string, source: string): string {
  return `${name}@${source}`;
}

/** Up to `limit` candidates that somebody who typed `wanted` may have meant, nearest first. */
export function nearNames(wanted: string, candidates: readonly string[], limit = 3): string[] {
  const low = wanted.toLowerCase();
  const scored = candidates.map((name) => {
    const other = name.toLowerCase();
    const contained = low !== '' && (other.includes(low) || low.includes(other));
    return { name, distance: contained ? 0 : editDistance(low, other) };
  });
  return scored
    .filter(({ distance, name }) => distance <= Math.max(2, Math.floor(Math.max(low.length, name.length) / 3)))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
