import { BerthError } from '../../../contract/errors.ts';
import type { ChangePlan, PlannedEntry } from './change-plan.ts';
import { hashEntry, tokenOf, withToken } from './entry.ts';
import { type RecordedWrite, textBefore } from './history.ts';
import type { ClientJournal } from './journal.ts';
import { compareOwned, type FoundEntry, type Ownership } from './ownership.ts';
import { type ClientRow, placeIn } from './registry.ts';
import { decodeConfig, type FileSnapshot } from './target-file.ts';
import { configTexts } from './text/config-texts.ts';

/** What a file was before a write, and what of ours was in it. */
export interface Former {
  readonly write: string;
  /** Hash of what the write left; another one means that somebody has changed the file since. */
  readonly after: string | null;
  /** Null: there was no file. */
  readonly text: string | null;
  readonly mode: number | null;
  readonly owned: Ownership;
  /** Entries of ours that the write touched, as they stood then. */
  readonly entries: readonly FoundEntry[];
  /** Those that the write made, by server and name. */
  readonly added: readonly { readonly slug: string; readonly name: string }[];
  /** Entries of somebody else's that the write took out, or replaced with ours, because their owner asked for it. */
  readonly foreign: readonly { readonly name: string; readonly value: unknown }[];
  /** It took entries out and did nothing else. */
  readonly removedOnly: boolean;
}

/** Puts together what a write replaced. Rejects with `not-found` when its copy is not kept any more. */
export async function readFormer(journal: ClientJournal, row: ClientRow, write: RecordedWrite): Promise<Former> {
  const [first] = write.lines;
  const bytes = await textBefore(journal, write);
  if (first === undefined || first.owned === null || bytes === undefined) {
    throw new BerthError('not-found', `The copy of ${write.path} from before that write is not kept any more.`, {
      hint: 'Install or uninstall instead; `berth clients history` shows what can be undone.',
    });
  }
  const text = bytes === null ? null : decodeConfig(bytes, write.path).text;
  const touched = new Set(write.lines.map(({ slug }) => slug));
  const then = text === null ? new Map() : configTexts[row.format].entries(text, placeIn(row));
  const entries = compareOwned(first.owned, row.id, then).filter(
    ({ owned, value }) => touched.has(owned.slug) && value !== undefined,
  );
  const there = new Set(entries.map(({ owned }) => owned.slug));
  const added = write.lines.flatMap(({ action, slug, name }) =>
    action === 'set' && slug !== null && name !== null && !there.has(slug) && !then.has(name) ? [{ slug, name }] : [],
  );
  const ours = new Set(entries.map(({ name }) => name));
  const foreign = write.lines.flatMap(({ name }) =>
    name !== null && then.has(name) && !ours.has(name) ? [{ name, value: then.get(name) }] : [],
  );
  const removedOnly = write.lines.every(({ action }) => action === 'remove');
  const { after, mode, owned } = first;
  return { write: write.id, after, text, mode, owned, entries, added, foreign, removedOnly };
}

/**
 * The former bytes, but for new tokens. Throws `conflict` when the file is not what the write left: then only the entries can be
 * taken back, not the bytes.
 */
export function planRestore(
  row: ClientRow,
  snapshot: FileSnapshot,
  former: Former,
  tokens: ReadonlyMap<string, string>,
): ChangePlan {
  if (snapshot.hash !== former.after) {
    throw new BerthError('conflict', `${snapshot.path} was changed since that write.`, {
      hint: 'Look at the file, then install or uninstall what you want to change.',
    });
  }
  let { text } = former;
  const owned = new Map(former.owned.entries.map((entry) => [`${entry.client} ${entry.slug}`, entry]));
  const planned: PlannedEntry[] = former.added.map(({ slug, name }) => ({ action: 'remove', slug, name, hash: null }));
  for (const { name, value } of former.foreign) {
    planned.push({ action: 'set', slug: '', name, hash: hashEntry(value) });
  }
  for (const entry of former.entries) {
    const { slug } = entry.owned;
    const token = tokens.get(slug);
    const ended = token === undefined ? null : tokenOf(entry.value);
    const value = token === undefined || ended === null ? entry.value : withToken(entry.value, ended, token);
    if (text !== null && token !== undefined && ended !== null) text = text.replaceAll(ended, token);
    const hash = hashEntry(value);
    planned.push({ action: 'set', slug, name: entry.name, hash });
    // One that somebody had changed is theirs again, as it was.
    if (entry.state === 'installed') {
      owned.set(`${row.id} ${slug}`, { ...entry.owned, name: entry.name, hashes: [hash] });
    }
  }
  return {
    text,
    mode: former.mode ?? snapshot.mode,
    entries: planned,
    // Folders that are gone are made again, and written down when they are.
    ownership: {
      ...former.owned,
      madeFolders: snapshot.bytes === null ? [] : former.owned.madeFolders,
      entries: [...owned.values()],
    },
    undoes: former.write,
  };
}
