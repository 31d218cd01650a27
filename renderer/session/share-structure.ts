/**
 * `next`, with every part that equals its counterpart in `previous` replaced by that very part, so that components which
 * compare by reference redraw only what changed. Lists are matched by position. JSON values only.
 */
export function shareStructure<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (Array.isArray(previous) && Array.isArray(next)) {
    const shared = next.map((item, index) => shareStructure(previous[index], item));
    return sameItems(previous, shared) ? (previous as T) : (shared as T);
  }
  if (isPlain(previous) && isPlain(next)) {
    const shared: Record<string, unknown> = {};
    let same = Object.keys(previous).length === Object.keys(next).length;
    for (const [key, value] of Object.entries(next)) {
      shared[key] = shareStructure(previous[key], value);
      same = same && key in previous && shared[key] === previous[key];
    }
    return same ? (previous as T) : (shared as T);
  }
  return next;
}

function sameItems(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && after.every((item, index) => item === before[index]);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
