import { BerthError } from '../../../../contract/errors.ts';
import { type ClientFileState, changedEntry, foreignEntry, isFresh, requireOwned } from '../change-plan.ts';
import { hashEntry } from '../entry.ts';
import { nothingOwned, type OwnedEntry, type Ownership } from '../ownership.ts';
import type { ClientRow } from '../registry.ts';
import { type BridgeEntry, isThisEntry } from './bridge-entry.ts';

/** An entry that is to come into a client's file, and what stands there now: nothing, an older one of ours, or this one. */
export interface WantedEntry {
  readonly entry: BridgeEntry;
  readonly there: 'nothing' | 'older' | 'same';
}

/** Compares what should come with what is there. Throws `already-exists` for a foreign entry of our name. */
export function wantedEntries(
  row: ClientRow,
  state: ClientFileState,
  slugs: readonly string[],
  build: (slug: string, name: string | undefined) => BridgeEntry,
): WantedEntry[] {
  return [...new Set(slugs)].map((slug) => {
    const found = state.found.find((one) => one.owned.slug === slug);
    const entry = build(slug, found?.name);
    if (found?.value !== undefined) return { entry, there: isThisEntry(found.value, entry) ? 'same' : 'older' };
    if (state.entries.has(entry.name)) throw foreignEntry(row, state, entry.name);
    return { entry, there: 'nothing' };
  });
}

/** The entries that go, all of ours without slugs. Throws `not-found`, and `conflict` for one that somebody has changed. */
export function goingEntries(row: ClientRow, state: ClientFileState, slugs: readonly string[]) {
  requireOwned(row, state, slugs);
  const found = state.found.filter(({ owned }) => slugs.length === 0 || slugs.includes(owned.slug));
  const changed = found.find((entry) => entry.state === 'changed');
  if (changed) throw changedEntry(row, state, changed);
  return found;
}

/** The record with entries that somebody else will write, in place of what it said of them. */
export function withAwaited(
  row: ClientRow,
  state: ClientFileState,
  entries: readonly BridgeEntry[],
  how: { readonly route: OwnedEntry['route']; readonly seen: boolean; readonly until: Date },
): Ownership {
  const slugs = new Set(entries.map(({ slug }) => slug));
  const base = isFresh(row, state)
    ? { ...nothingOwned(state.snapshot.path), entries: state.ownership.entries }
    : state.ownership;
  return {
    ...base,
    entries: [
      ...base.entries.filter((owned) => owned.client !== row.id || !slugs.has(owned.slug)),
      ...entries.map(
        ({ slug, name, marks }): OwnedEntry => ({
          client: row.id,
          slug,
          name,
          via: 'bridge',
          seen: how.seen,
          hashes: [hashEntry(marks)],
          route: how.route,
          awaits: { marks, until: how.until.toISOString() },
        }),
      ),
    ],
  };
}

/** The record after the waiting has ended: what has not come is as it was before. */
export function withoutAwaited(
  row: ClientRow,
  now: Ownership,
  before: Ownership,
  slugs: ReadonlySet<string>,
): Ownership {
  const mine = (owned: OwnedEntry) => owned.client === row.id && slugs.has(owned.slug);
  return {
    ...now,
    entries: now.entries.flatMap((owned) =>
      mine(owned) && owned.awaits ? before.entries.filter((old) => mine(old) && old.slug === owned.slug) : [owned],
    ),
  };
}

/** The error for an entry of ours that a link would not replace. */
export function olderEntry(row: ClientRow, { name, slug }: BridgeEntry): BerthError {
  return new BerthError('conflict', `${row.title} already has "${name}", which a link does not replace.`, {
    hint: `Uninstall it first: \`berth uninstall ${row.id} ${slug}\`.`,
  });
}
