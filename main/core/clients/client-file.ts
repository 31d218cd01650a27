import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import { withFileLock } from '../file-lock.ts';
import { makeFolders, removeFolders, replaceFile } from './atomic-replace.ts';
import {
  type ChangePlan,
  type ChangeRequest,
  type ClientFileState,
  changesFile,
  planChange,
  readState,
} from './change-plan.ts';
import { type ClientLock, lockOf } from './client-lock.ts';
import { ClientJournal, type JournalLine } from './journal.ts';
import { type Ownership, OwnershipStore } from './ownership.ts';
import type { ClientRow } from './registry.ts';
import { FileChanged } from './swap-file.ts';
import { encodeLike, hashBytes, readSettled, readTarget, requireWritable, resolveTarget } from './target-file.ts';

export interface ClientFileOptions {
  /** Journal, backups, records and locks go to `clients/` in here. */
  readonly stateFolder: string;
  readonly platform: NodeJS.Platform;
  readonly now?: () => Date;
}

/** What a write needs beside the request. */
export interface WriteOptions {
  /** The hash that the caller saw; another one is a conflict. Absent: whatever is there. */
  readonly baseHash?: string | null | undefined;
  /** Called once, after everything that can be checked was checked: the request with its tokens. */
  readonly complete: () => Promise<ChangeRequest>;
}

/** A client's file as a change sees it that Berth does not write itself. */
export interface OutsideFile {
  readonly begin: (baseHash: string | null | undefined) => Promise<{ state: ClientFileState; backup: string | null }>;
  readonly read: () => Promise<ClientFileState>;
  readonly keep: (ownership: Ownership) => Promise<void>;
  readonly now: () => Date;
}

const TRIES = 3;

/** Reads and writes clients' files: one lock per real file, compare and swap, journal and backup before each write. */
export class ClientFiles {
  readonly #folder: string;
  readonly #platform: NodeJS.Platform;
  readonly #now: () => Date;
  readonly #owned: OwnershipStore;
  readonly journal: ClientJournal;

  constructor(options: ClientFileOptions) {
    this.#folder = join(options.stateFolder, 'clients');
    this.#platform = options.platform;
    this.#now = options.now ?? (() => new Date());
    this.#owned = new OwnershipStore(this.#folder);
    this.journal = new ClientJournal(this.#folder);
  }

  /** What stands in the file now. Rejects with a BerthError that says why it cannot be edited. */
  async read(row: ClientRow, file: string): Promise<ClientFileState> {
    const path = await resolveTarget(file);
    const owned = await this.#owned.read(path, hashPath(path));
    return await readSettled(path, (snapshot) => readState(row, snapshot, owned, this.#now));
  }

  /** What a request would do now. */
  async plan(
    row: ClientRow,
    file: string,
    request: ChangeRequest,
  ): Promise<{ state: ClientFileState; plan: ChangePlan }> {
    const state = await this.read(row, file);
    return { state, plan: planChange(row, state, request, this.#platform) };
  }

  /** Does it, and answers what is ours then. Rejects with the reasons of `planChange`, `conflict` when the file is not what the caller saw or keeps changing. */
  async write(row: ClientRow, file: string, draft: ChangeRequest, options: WriteOptions): Promise<Ownership> {
    return await this.#locked(file, async (path) => {
      let request: ChangeRequest | null = null;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const { state, plan: rehearsal } = await this.plan(row, path, draft);
        requireBase(row, state, options.baseHash);
        if (changesFile(state, rehearsal)) await requireWritable(state.snapshot);
        request ??= await options.complete();
        const plan = planChange(row, state, request, this.#platform);
        try {
          await this.#commit(row, state, plan, lockOf(row, file));
          return plan.ownership;
        } catch (error) {
          if (!(error instanceof FileChanged)) throw error;
        }
      }
      throw new BerthError('conflict', `${row.title} keeps changing ${path}, so nothing was written.`, {
        hint: `Quit ${row.title}, then try again.`,
      });
    });
  }

  /**
   * For a change that somebody else writes: `work` runs under the file's lock and keeps the record itself. `begin` is asked for
   * the state to start from, which is a `conflict` when it is not what the caller saw.
   */
  async outside(row: ClientRow, file: string, work: (file: OutsideFile) => Promise<void>): Promise<void> {
    await this.#locked(file, async (path) => {
      await work({
        begin: async (baseHash) => {
          const state = await this.read(row, path);
          requireBase(row, state, baseHash);
          return { state, backup: await this.journal.backUp(state.snapshot, row.id, hashPath(path), this.#now()) };
        },
        read: () => this.read(row, path),
        keep: (ownership) => this.#owned.write(hashPath(path), ownership),
        now: this.#now,
      });
    });
  }

  /** Puts on record that entries which were awaited have come. */
  async adopt(row: ClientRow, file: string): Promise<void> {
    await this.outside(row, file, async ({ read, keep }) => {
      const { settled, ownership } = await read();
      if (settled) await keep(ownership);
    });
  }

  async #locked<T>(file: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = await resolveTarget(file);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return await withFileLock(join(this.#folder, 'locks'), hashPath(path), () => work(path));
  }

  async #commit(row: ClientRow, state: ClientFileState, plan: ChangePlan, lock: ClientLock | null): Promise<void> {
    const { snapshot } = state;
    const key = hashPath(snapshot.path);
    if (!changesFile(state, plan)) {
      if (JSON.stringify(plan.ownership) !== JSON.stringify(state.ownership))
        await this.#owned.write(key, plan.ownership);
      const gone = snapshot.bytes === null && plan.ownership.entries.length === 0;
      if (gone) await removeFolders(state.ownership.madeFolders);
      return;
    }
    const bytes = plan.text === null ? null : encodeLike(snapshot, plan.text);
    const after = bytes === null ? null : hashBytes(bytes);
    const id = randomUUID();
    const madeFolders = await makeFolders(dirname(snapshot.path));
    const ownership = { ...plan.ownership, madeFolders: [...plan.ownership.madeFolders, ...madeFolders] };
    const lines = await this.#lines(row, state, plan, id, key, after);
    let recorded = false;
    try {
      // Before the write: whatever happens from here on, the record tells what is ours, and the journal what was done.
      await this.#owned.write(key, underWay(state.ownership, ownership, plan));
      recorded = true;
      await this.journal.append(lines);
      const next = bytes === null ? null : { bytes, mode: plan.mode };
      await replaceFile(snapshot, next, { platform: this.#platform, lock });
    } catch (error) {
      await removeFolders(madeFolders);
      if (recorded) {
        // Best effort: a pending record and the file's own bytes tell the same.
        await this.#owned.write(key, state.ownership).catch(() => undefined);
        const taken = lines.slice(0, 1).map((line): JournalLine => ({ ...line, action: 'aborted', name: null }));
        await this.journal.append(taken).catch(() => undefined);
      }
      throw error;
    }
    await this.#owned.write(key, ownership).catch(() => undefined);
    if (plan.text === null) await removeFolders(state.ownership.madeFolders);
    await this.#requireStillThere(row, snapshot.path, plan, after);
  }

  async #lines(
    row: ClientRow,
    { snapshot, ownership }: ClientFileState,
    plan: ChangePlan,
    id: string,
    key: string,
    after: string | null,
  ): Promise<JournalLine[]> {
    const time = this.#now();
    const backup = await this.journal.backUp(snapshot, row.id, key, time);
    return plan.entries.map(({ action, name, slug, hash }, index) => ({
      id,
      time: time.toISOString(),
      client: row.id,
      path: snapshot.path,
      action,
      name,
      slug,
      before: snapshot.hash,
      after,
      entry: hash,
      backup,
      mode: snapshot.bytes === null ? null : snapshot.mode,
      owned: index === 0 ? ownership : null,
      undoes: plan.undoes ?? null,
    }));
  }

  /** D26: a program that ignores our lock may have written at the same moment; never silently. */
  async #requireStillThere(row: ClientRow, path: string, plan: ChangePlan, after: string | null): Promise<void> {
    const now = await readTarget(path).catch(() => null);
    if (now?.hash === after) return;
    const state = await this.read(row, path);
    const wrong = plan.entries.filter(({ action, name }) => {
      const found = state.found.find((entry) => entry.name === name);
      return action === 'remove' ? state.entries.has(name) : found?.state !== 'installed';
    });
    if (wrong.length === 0) return;
    throw new BerthError('conflict', `${row.title} wrote ${path} at the same moment and undid the change.`, {
      hint: `Quit ${row.title}, then try again.`,
    });
  }
}

/** The record while the write is under way: entries that come and entries that go, with every hash that would prove them ours. */
function underWay(before: Ownership, after: Ownership, plan: ChangePlan): Ownership {
  const key = (entry: { client: string; slug: string }) => `${entry.client} ${entry.slug}`;
  const former = new Map(before.entries.map((entry) => [key(entry), entry]));
  const kept = new Set(after.entries.map(key));
  const setNow = new Set(plan.entries.filter(({ action }) => action === 'set').map(({ slug }) => slug));
  return {
    ...after,
    // Until the write is done, what the former record would put back is still needed.
    trace: after.trace ?? before.trace,
    madeFile: after.madeFile || before.madeFile,
    madeFolders: after.madeFolders.length > 0 ? after.madeFolders : before.madeFolders,
    mode: after.mode ?? before.mode,
    entries: [
      ...after.entries.map((entry) => {
        if (!setNow.has(entry.slug)) return entry;
        const hashes = [...(former.get(key(entry))?.hashes ?? []), ...entry.hashes];
        return { ...entry, hashes, pending: 'set' as const };
      }),
      ...before.entries
        .filter((entry) => !kept.has(key(entry)))
        .map((entry) => ({ ...entry, pending: 'remove' as const })),
    ],
  };
}

function requireBase(row: ClientRow, { snapshot }: ClientFileState, baseHash: string | null | undefined): void {
  if (baseHash === undefined || baseHash === snapshot.hash) return;
  throw new BerthError('conflict', `${row.title}'s file was changed since the preview, so nothing was written.`, {
    hint: 'Look at the new preview and confirm it.',
    details: { file: snapshot.path },
  });
}

function hashPath(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 24);
}
