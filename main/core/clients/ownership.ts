import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import { clientRouteSchema, clientViaSchema } from '../../../contract/model/client.ts';
import { writePrivately } from '../private-file.ts';
import { hashEntry } from './entry.ts';

const ownedEntrySchema = z.strictObject({
  client: z.string(),
  slug: z.string(),
  name: z.string(),
  via: clientViaSchema,
  /** The application was on this machine when the entry was written, so that its absence means that it has gone. */
  seen: z.boolean().default(false),
  /** Hashes of the entry that mean "as we wrote it": one, or the former and the next while a write is under way. */
  hashes: z.array(z.string()).min(1),
  /** Set before a write, cleared after it: if Berth is killed in between, the file tells which of the two it is. */
  pending: z.enum(['set', 'remove']).optional(),
  /** How it got there. */
  route: clientRouteSchema.default('file'),
  /** Somebody else is to write it, for us: an entry with these fields is ours when it comes; nobody waits for it longer than `until`. */
  awaits: z.strictObject({ marks: z.record(z.string(), z.unknown()), until: z.iso.datetime() }).optional(),
});
export type OwnedEntry = z.infer<typeof ownedEntrySchema>;

/** What Berth wrote into one file and what it must put back when the last of it goes. */
export const ownershipSchema = z.strictObject({
  version: z.literal(1),
  path: z.string(),
  entries: z.array(ownedEntrySchema),
  trace: z.strictObject({ depth: z.number().int(), before: z.string().nullable() }).nullable(),
  /** Berth made the file. */
  madeFile: z.boolean(),
  /** Folders that Berth made for it, outermost first. */
  madeFolders: z.array(z.string()),
  /** The file's mode before Berth tightened it, and the tightened one. */
  mode: z.strictObject({ before: z.number().int(), after: z.number().int() }).nullable(),
});
export type Ownership = z.infer<typeof ownershipSchema>;

export function nothingOwned(path: string): Ownership {
  return { version: 1, path, entries: [], trace: null, madeFile: false, madeFolders: [], mode: null };
}

/** One record per real file, 0600, in the state folder; written under that file's lock. */
export class OwnershipStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'owned');
  }

  /** Rejects with `invalid-config` when the record is damaged: guessing could claim what is not ours. */
  async read(path: string, pathHash: string): Promise<Ownership> {
    const file = join(this.#folder, `${pathHash}.json`);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw damaged(file, path, error);
    });
    if (text === null) return nothingOwned(path);
    try {
      return ownershipSchema.parse(JSON.parse(text));
    } catch (error) {
      throw damaged(file, path, error);
    }
  }

  async write(pathHash: string, ownership: Ownership): Promise<void> {
    await writePrivately(join(this.#folder, `${pathHash}.json`), `${JSON.stringify(ownership, null, 2)}\n`);
  }
}

export type EntryState = 'installed' | 'changed' | 'missing' | 'awaited';

/** An owned entry beside what stands in the file. */
export interface FoundEntry {
  readonly owned: OwnedEntry;
  /** Its name in the file: the user may have renamed it (D3). */
  readonly name: string;
  readonly value: unknown;
  readonly state: EntryState;
}

/**
 * Compares what one client should have with the entries in its file. An entry under another name that still is what we wrote was
 * renamed by the user and stays ours. Entries of a write that never happened, or of a removal that did, are left out.
 */
export function compareOwned(
  ownership: Ownership,
  client: string,
  entries: ReadonlyMap<string, unknown>,
): FoundEntry[] {
  const names = new Set(ownership.entries.map((owned) => owned.name));
  return ownership.entries
    .filter((owned) => owned.client === client)
    .flatMap((owned): FoundEntry[] => {
      if (owned.awaits) return [{ owned, name: owned.name, value: undefined, state: 'awaited' }];
      if (entries.has(owned.name)) {
        const value = entries.get(owned.name);
        const mine = owned.hashes.includes(hashEntry(value));
        // A write that was cut off before it happened, into a place where somebody else put an entry since.
        if (!mine && owned.pending === 'set' && owned.hashes.length === 1) return [];
        return [{ owned, name: owned.name, value, state: mine ? 'installed' : 'changed' }];
      }
      for (const [name, value] of entries) {
        if (!names.has(name) && owned.hashes.includes(hashEntry(value))) {
          return [{ owned, name, value, state: 'installed' }];
        }
      }
      if (owned.pending) return [];
      return [{ owned, name: owned.name, value: undefined, state: 'missing' }];
    });
}

function damaged(file: string, path: string, cause: unknown): BerthError {
  return new BerthError('invalid-config', `Berth's own record of ${path} is damaged: ${file}.`, {
    hint: 'Move that record away. Entries named berth-… in the file then count as foreign; remove them by hand.',
    cause,
  });
}
