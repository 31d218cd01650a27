import { BerthError } from '../../../contract/errors.ts';
import type { ClientAction, ClientVia } from '../../../contract/model/client.ts';
import { containsEntry, entryName, hashEntry, mergeEntry, saysTheSame } from './entry.ts';
import { compareOwned, type FoundEntry, nothingOwned, type OwnedEntry, type Ownership } from './ownership.ts';
import { type Former, planRestore } from './plan-restore.ts';
import { type ClientRow, placeIn } from './registry.ts';
import { settleAwaited } from './routes/awaited.ts';
import type { FileSnapshot } from './target-file.ts';
import { type InsertionTrace, TextProblem } from './text/config-text.ts';
import { configTexts } from './text/config-texts.ts';

/** What somebody wants changed in a client's file. */
export type ChangeRequest =
  /** The entries by slug, complete but for what users added to them. */
  | {
      readonly action: 'install';
      readonly via: ClientVia;
      /** Whether the application was seen on this machine. */
      readonly seen: boolean;
      readonly entries: ReadonlyMap<string, Record<string, unknown>>;
      readonly undoes?: string;
      /** Names of entries of somebody else's that go in the same write, because their owner asked for it. */
      readonly replaces?: readonly string[];
    }
  /** No slugs: everything of ours. */
  | { readonly action: 'uninstall'; readonly slugs: readonly string[]; readonly undoes?: string }
  /** What was there before a write, with new tokens by slug. */
  | {
      readonly action: 'restore';
      readonly former: Former;
      readonly tokens: ReadonlyMap<string, string>;
    };

/** A change of one entry that a plan makes. */
export interface PlannedEntry {
  readonly action: 'set' | 'remove';
  readonly slug: string;
  readonly name: string;
  readonly hash: string | null;
}

/** The file and our record of it after a change. Nothing has been written yet. */
export interface ChangePlan {
  /** The new text; null deletes the file. */
  readonly text: string | null;
  readonly mode: number;
  readonly entries: readonly PlannedEntry[];
  readonly ownership: Ownership;
  /** The id of the write that this one takes back. */
  readonly undoes?: string;
}

/** What stands in a client's file, seen with our record of it. */
export interface ClientFileState {
  readonly snapshot: FileSnapshot;
  readonly ownership: Ownership;
  /** An entry that was awaited has come, or nobody waits for it any longer: the record on the disk does not say so yet. */
  readonly settled: boolean;
  readonly entries: ReadonlyMap<string, unknown>;
  readonly found: readonly FoundEntry[];
}

/** Parses what was read; throws `invalid-config` with line and column. */
export function readState(row: ClientRow, snapshot: FileSnapshot, record: Ownership, now: () => Date): ClientFileState {
  const entries = inText(snapshot.path, () => configTexts[row.format].entries(snapshot.text, placeIn(row)));
  const ownership = settleAwaited(record, row.id, entries, now);
  const found = compareOwned(ownership, row.id, entries);
  return { snapshot, ownership, settled: ownership !== record, entries, found };
}

/**
 * Works out a change. Throws `already-exists` for a foreign entry of our name, `conflict` for removing an entry that somebody
 * changed, `not-found` for removing what is not there, `invalid-config` where the text cannot be edited safely.
 */
export function planChange(
  row: ClientRow,
  state: ClientFileState,
  request: ChangeRequest,
  platform: NodeJS.Platform,
): ChangePlan {
  return inText(state.snapshot.path, () => {
    if (request.action === 'restore') {
      const plan = planRestore(row, state.snapshot, request.former, request.tokens);
      requireProof(row, state, plan);
      return plan;
    }
    const plan = request.action === 'install' ? planInstall(row, state, request) : planRemoval(row, state, request);
    requireProof(row, state, plan);
    const whole = withMode(plan, state, request.action, platform);
    return request.undoes === undefined ? whole : { ...whole, undoes: request.undoes };
  });
}

/** Whether a plan changes the bytes or the mode of the file. */
export function changesFile({ snapshot }: ClientFileState, plan: ChangePlan): boolean {
  if (plan.text === null) return snapshot.bytes !== null;
  if (snapshot.bytes === null) return plan.undoes !== undefined || plan.entries.some(({ action }) => action === 'set');
  return plan.text !== snapshot.text || plan.mode !== snapshot.mode;
}

type Draft = Omit<ChangePlan, 'mode'>;

function planInstall(
  row: ClientRow,
  state: ClientFileState,
  { via, seen, entries: wanted, replaces = [] }: ChangeRequest & { readonly action: 'install' },
): Draft {
  let text = withoutForeign(row, state, replaces);
  if (row.needsFile && text.trim() === '') throw fileNeeded(row, state);
  const base = isFresh(row, state) ? freshOwnership(state) : state.ownership;
  let { trace } = base;
  const planned: PlannedEntry[] = [];
  const owned = new Map(state.ownership.entries.map((entry) => [`${entry.client} ${entry.slug}`, entry]));
  for (const [slug, ours] of wanted) {
    const found = state.found.find((entry) => entry.owned.slug === slug);
    const name = found?.name ?? entryName(slug);
    const there = found?.value === undefined && !replaces.includes(name) ? state.entries.get(name) : found?.value;
    const known = found?.value !== undefined;
    // A client may have written an entry back from its memory after we took it out: it still says what only we say.
    if (there !== undefined && !known && !saysTheSame(there, ours)) throw foreignEntry(row, state, name);
    const value = there === undefined ? ours : mergeEntry(row, there, ours);
    const hash = hashEntry(value);
    const edited = configTexts[row.format].set(text, placeIn(row), name, value);
    if (there === undefined || hashEntry(there) !== hash) text = edited.text;
    trace = earlierTrace(trace, edited.trace);
    planned.push({ action: 'set', slug, name, hash });
    owned.set(`${row.id} ${slug}`, { client: row.id, slug, name, via, seen, hashes: [hash], route: 'file' });
  }
  const gone = replaces
    .filter((name) => planned.every((entry) => entry.name !== name))
    .map((name): PlannedEntry => ({ action: 'remove', slug: '', name, hash: null }));
  return { text, entries: [...gone, ...planned], ownership: { ...base, entries: [...owned.values()], trace } };
}

/** The text without these entries, each of which must be there and not be ours. */
function withoutForeign(row: ClientRow, state: ClientFileState, names: readonly string[]): string {
  return names.reduce((text, name) => {
    if (!state.entries.has(name)) {
      throw new BerthError('not-found', `${row.title} has no entry "${name}".`, {
        hint: 'Look again what is in its file.',
      });
    }
    if (state.found.some((entry) => entry.name === name)) {
      throw new BerthError('refused', `The entry "${name}" of ${row.title} is Berth's own.`, {
        hint: `Take it out with \`berth uninstall ${row.id}\`.`,
      });
    }
    return configTexts[row.format].remove(text, placeIn(row), name, null);
  }, state.snapshot.text);
}

/** Nothing of ours is in the file, so whatever is there now is what an uninstallation has to bring back. */
export function isFresh(row: ClientRow, state: ClientFileState): boolean {
  const others = state.ownership.entries.some((entry) => entry.client !== row.id);
  return !others && state.found.every((entry) => entry.value === undefined);
}

function freshOwnership({ snapshot, ownership }: ClientFileState): Ownership {
  const madeFile = snapshot.bytes === null;
  return {
    ...nothingOwned(snapshot.path),
    entries: ownership.entries,
    madeFile,
    madeFolders: madeFile ? ownership.madeFolders : [],
  };
}

function planRemoval(row: ClientRow, state: ClientFileState, request: { readonly slugs: readonly string[] }): Draft {
  requireOwned(row, state, request.slugs);
  const goes = (owned: OwnedEntry) =>
    owned.client === row.id && (request.slugs.length === 0 || request.slugs.includes(owned.slug));
  const { ownership, snapshot } = state;
  let text: string = snapshot.text;
  const planned: PlannedEntry[] = [];
  for (const entry of state.found.filter(({ owned }) => goes(owned))) {
    if (entry.state === 'changed') throw changedEntry(row, state, entry);
    if (entry.state === 'missing' || entry.state === 'awaited') continue;
    text = configTexts[row.format].remove(text, placeIn(row), entry.name, ownership.trace);
    planned.push({ action: 'remove', slug: entry.owned.slug, name: entry.name, hash: null });
  }
  const entries = ownership.entries.filter((owned) => !goes(owned));
  const undoesAll = entries.length === 0;
  return {
    // A file that we made goes again once it is as empty as the day it was made.
    text: undoesAll && ownership.madeFile && planned.length > 0 && text === '' && !snapshot.byteOrderMark ? null : text,
    entries: planned,
    ownership: {
      ...ownership,
      entries,
      ...(undoesAll ? { trace: null, madeFile: false, madeFolders: [] } : {}),
    },
  };
}

/** Throws `not-found` for a server of which the client has nothing. */
export function requireOwned(row: ClientRow, { ownership }: ClientFileState, slugs: readonly string[]): void {
  for (const slug of slugs) {
    if (!ownership.entries.some((entry) => entry.client === row.id && entry.slug === slug)) {
      throw new BerthError('not-found', `${row.title} has no entry of Berth's for "${slug}".`, {
        hint: 'See `berth clients` for what is installed where.',
      });
    }
  }
}

/** Files with an endpoint token are for their owner only; the former mode comes back with the last token's removal. */
function withMode(plan: Draft, state: ClientFileState, action: ClientAction, platform: NodeJS.Platform): ChangePlan {
  const { mode } = state.snapshot;
  const former = state.ownership.mode;
  if (platform === 'win32') return { ...plan, mode };
  if (action === 'install' && plan.ownership.entries.some(holdsToken) && (mode & 0o077) !== 0) {
    const tight = mode & ~0o077;
    return { ...plan, mode: tight, ownership: { ...plan.ownership, mode: { before: mode, after: tight } } };
  }
  if (former !== null && !plan.ownership.entries.some(holdsToken)) {
    const next = { ...plan, ownership: { ...plan.ownership, mode: null } };
    return { ...next, mode: mode === former.after ? former.before : mode };
  }
  return { ...plan, mode };
}

function holdsToken({ via }: OwnedEntry): boolean {
  return via === 'url';
}

/** The edit as a claim that is checked: everything outside our entries says what it said, and our entries say what they should. */
function requireProof(row: ClientRow, state: ClientFileState, plan: Draft): void {
  const format = configTexts[row.format];
  const text = plan.text ?? '';
  const after = format.entries(text, placeIn(row));
  const right = plan.entries.every(({ action, name, hash }) =>
    action === 'remove' ? !after.has(name) : after.has(name) && hashEntry(after.get(name)) === hash,
  );
  const names = new Set(plan.entries.map(({ name }) => name));
  if (right && format.sameOutside(state.snapshot.text, text, placeIn(row), names)) return;
  throw new BerthError(
    'internal',
    `The change of ${state.snapshot.path} could not be proven to be safe, so it was not made.`,
    {
      hint: 'Please report this with the file, without its secrets.',
    },
  );
}

/** The trace that tells of the fewest existing objects is the one that knows what was there first. */
function earlierTrace(known: InsertionTrace | null, next: InsertionTrace | null): InsertionTrace | null {
  if (known === null || next === null) return next ?? known;
  return next.depth < known.depth ? next : known;
}

/** Whether the entry, as it stands in the file, is what we would write now (tokens aside). */
export function isCurrent(entry: FoundEntry, wanted: Record<string, unknown>): boolean {
  return containsEntry(entry.value, wanted);
}

function fileNeeded(row: ClientRow, { snapshot }: ClientFileState): BerthError {
  return new BerthError('unsupported', `${row.title} accepts no file that holds servers only: ${snapshot.path}.`, {
    hint: `Open ${row.title} once, so that it makes its own, then install again.`,
    details: { file: snapshot.path },
  });
}

/** The error for an entry of our name that somebody else has written. */
export function foreignEntry(row: ClientRow, state: ClientFileState, name: string): BerthError {
  return new BerthError('already-exists', `${row.title} already has an entry "${name}" that Berth did not write.`, {
    hint: `Rename or remove that entry in ${state.snapshot.path}, or give the server another name.`,
    details: { name, file: state.snapshot.path },
  });
}

/** The error for taking out what is not as we left it. */
export function changedEntry(row: ClientRow, state: ClientFileState, entry: FoundEntry): BerthError {
  return new BerthError(
    'conflict',
    `Somebody changed the entry "${entry.name}" of ${row.title}, so it was left alone.`,
    {
      hint: `Install it again to repair it and then uninstall it, or remove it by hand from ${state.snapshot.path}.`,
      details: { name: entry.name, file: state.snapshot.path },
    },
  );
}

/** Says where in the file a text cannot be edited. */
export function inText<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error;
    const { line, column, message } = error;
    throw new BerthError('invalid-config', `${path}, line ${line}, column ${column}: ${message}.`, {
      hint: 'Correct the file there; Berth has not touched it.',
      details: { file: path, line, column },
    });
  }
}
