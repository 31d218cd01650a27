import { BerthError } from '../../../contract/errors.ts';
import type { ClientVia } from '../../../contract/model/client.ts';
import type { ChangeRequest, ClientFileState } from './change-plan.ts';
import type { RecordedWrite } from './history.ts';
import type { Former } from './plan-restore.ts';
import { type ClientRow, placeIn } from './registry.ts';
import type { FileSnapshot } from './target-file.ts';
import { configTexts } from './text/config-texts.ts';

/** Makes what an entry of a server says; while only planning, with tokens that stand for the real ones. */
export interface EntryMaker {
  entry(slug: string, via: ClientVia): Promise<Record<string, unknown>>;
  token(slug: string): Promise<string>;
}

/** The write to take back: that of the id, or the last one that still stands. Throws `not-found`. */
export function writeToUndo(history: readonly RecordedWrite[], id: string | undefined): RecordedWrite {
  const write =
    id === undefined ? history.find((one) => !one.undone && one.undoes === null) : history.find((one) => one.id === id);
  if (write === undefined) {
    throw new BerthError('not-found', id === undefined ? 'There is nothing to undo.' : `There is no write "${id}".`, {
      hint: 'See `berth clients history`.',
    });
  }
  if (write.undone) {
    throw new BerthError('conflict', 'That write was undone already.', { hint: 'See `berth clients history`.' });
  }
  return write;
}

/**
 * How a write is taken back: the former bytes where nobody has changed the file since, else only its entries. Throws `conflict` when
 * the write replaced an entry and somebody has changed the file since: then it is not clear what should be there.
 */
export async function undoRequest(
  row: ClientRow,
  { snapshot }: ClientFileState,
  former: Former,
  make: EntryMaker,
): Promise<ChangeRequest> {
  const before = former.entries.map(({ owned }) => owned);
  if (snapshot.hash === former.after && onlyOurs(row, snapshot, former)) {
    // A token ends with its entry, so an entry that comes back needs another.
    const urls = before.filter(({ via }) => via === 'url').map(({ slug }) => slug);
    return { action: 'restore', former, tokens: await bySlug(urls, (slug) => make.token(slug)) };
  }
  const undoes = former.write;
  const [first] = before;
  const taken = former.foreign.length > 0;
  if (first === undefined && !taken)
    return { action: 'uninstall', slugs: former.added.map(({ slug }) => slug), undoes };
  if (first !== undefined && former.removedOnly && !taken && before.every(({ via }) => via === first.via)) {
    const slugs = before.map(({ slug }) => slug);
    const entries = await bySlug(slugs, (slug) => make.entry(slug, first.via));
    return { action: 'install', via: first.via, seen: first.seen, entries, undoes };
  }
  throw new BerthError(
    'conflict',
    `${snapshot.path} was changed since, so what that write replaced cannot be put back.`,
    {
      hint: `Look at the file, then install into or uninstall from ${row.title} what you want to change.`,
      details: { file: snapshot.path },
    },
  );
}

/** Whether that write changed our entries and nothing else: a vendor's own command may have written more, which is not ours to take back. */
function onlyOurs(row: ClientRow, snapshot: FileSnapshot, former: Former): boolean {
  const names = new Set([...former.entries, ...former.added, ...former.foreign].map(({ name }) => name));
  return configTexts[row.format].sameOutside(former.text ?? '', snapshot.text, placeIn(row), names);
}

/** Something for each server, made one after the other. */
export async function bySlug<T>(slugs: readonly string[], make: (slug: string) => Promise<T>): Promise<Map<string, T>> {
  const made = new Map<string, T>();
  for (const slug of slugs) made.set(slug, await make(slug));
  return made;
}
