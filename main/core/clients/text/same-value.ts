export type Entry = Readonly<Record<string, unknown>>;

/** Whether two JSON-like values are the same; the order of keys does not count. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
    return Object.is(left, right);
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const theirs = new Map(Object.entries(right));
  const mine = Object.entries(left);
  return (
    mine.length === theirs.size && mine.every(([key, item]) => theirs.has(key) && sameValue(item, theirs.get(key)))
  );
}

export function isRecord(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
