import { containsEntry, hashEntry } from '../entry.ts';
import type { OwnedEntry, Ownership } from '../ownership.ts';

/**
 * Records of entries that others write for us, after the file was read: one that has come is ours from now on, as it stands there (the
 * client adds fields of its own); one that nobody has confirmed in time is forgotten. The same object when nothing has changed.
 */
export function settleAwaited(
  ownership: Ownership,
  client: string,
  entries: ReadonlyMap<string, unknown>,
  now: () => Date,
): Ownership {
  if (!ownership.entries.some((owned) => owned.client === client && owned.awaits)) return ownership;
  const taken = new Set(ownership.entries.filter((owned) => !owned.awaits).map(({ name }) => name));
  let changed = false;
  const settled = ownership.entries.flatMap((owned): OwnedEntry[] => {
    const { awaits, ...rest } = owned;
    if (!awaits || owned.client !== client) return [owned];
    const names = [owned.name, ...[...entries.keys()].filter((name) => name !== owned.name)];
    const name = names.find((one) => !taken.has(one) && containsEntry(entries.get(one), awaits.marks));
    if (name !== undefined) {
      changed = true;
      taken.add(name);
      return [{ ...rest, name, hashes: [hashEntry(entries.get(name))] }];
    }
    if (now().getTime() < Date.parse(awaits.until)) return [owned];
    changed = true;
    return [];
  });
  return changed ? { ...ownership, entries: settled } : ownership;
}
