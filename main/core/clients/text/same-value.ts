export type Entry = Readonly<Record<string, unknown>>;

/** Whether two JSON-like values are the same; neither the order of keys counts nor a member that is undefined. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
    return Object.is(left, right);
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const theirs = new Map(definedIn(right));
  const mine = definedIn(left);
  return (
    mine.length === theirs.size && mine.every(([key, item]) => theirs.has(key) && sameValue(item, theirs.get(key)))
  );
}

/** The members of an object that have a value. */
export function definedIn(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

export function isRecord(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
