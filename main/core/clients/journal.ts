import { access, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writePrivately } from '../private-file.ts';
import { ownershipSchema } from './ownership.ts';
import type { FileSnapshot } from './target-file.ts';

/** One change of one entry in a client's file. Hashes are SHA-256; no value and no token is in it. */
export const journalLineSchema = z.object({
  /** The same for all lines of one write. */
  id: z.string(),
  time: z.iso.datetime(),
  client: z.string(),
  path: z.string(),
  action: z.enum(['set', 'remove', 'aborted']),
  name: z.string().nullable(),
  /** The server of the entry; null in lines of Berths that did not write it down. */
  slug: z.string().nullable().default(null),
  before: z.string().nullable(),
  after: z.string().nullable(),
  entry: z.string().nullable(),
  /** File name of the backup of `before` in the backups folder. */
  backup: z.string().nullable(),
  /** The file's mode before; null when it did not exist. */
  mode: z.number().int().nullable().default(null),
  /** What was ours before; in the first line of a write, so that taking it back can restore that too. */
  owned: ownershipSchema.nullable().default(null),
  /** The id of the write that this one takes back. */
  undoes: z.string().nullable().default(null),
});
export type JournalLine = z.infer<typeof journalLineSchema>;

/** Kept per file. */
const BACKUPS = 10;

/**
 * What Berth did to clients' files: a journal (JSON lines) and copies of the files as they were, all 0600 in the state folder.
 * Lines are written before the write that they tell of; a line with `aborted` takes the lines of its id back.
 */
export class ClientJournal {
  readonly #file: string;
  readonly #backups: string;

  constructor(folder: string) {
    this.#file = join(folder, 'journal.jsonl');
    this.#backups = join(folder, 'backups');
  }

  async append(lines: readonly JournalLine[]): Promise<void> {
    const handle = await open(this.#file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const last = size === 0 ? '\n' : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
      // A line that a crash cut short must not take the next one with it.
      await handle.appendFile((last === '\n' ? '' : '\n') + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await handle.sync();
      if (size === 0) await syncFolder(dirname(this.#file));
    } finally {
      await handle.close();
    }
  }

  /** All lines, oldest first, without those of aborted writes. Lines that a crash cut short are left out. */
  async read(): Promise<JournalLine[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const lines = text.split('\n').flatMap((line) => {
      const parsed = journalLineSchema.safeParse(parseLine(line));
      return parsed.success ? [parsed.data] : [];
    });
    const aborted = new Set(lines.filter((line) => line.action === 'aborted').map((line) => line.id));
    return lines.filter((line) => !aborted.has(line.id));
  }

  /** The copy of that name; null when it is not kept any more. */
  async backup(name: string): Promise<Buffer | null> {
    return await readFile(join(this.#backups, name)).catch(() => null);
  }

  async hasBackup(name: string): Promise<boolean> {
    return await access(join(this.#backups, name)).then(
      () => true,
      () => false,
    );
  }

  /** Copies the file as it was read; answers the copy's name, or null when there was no file. Keeps the last ten of each file. */
  async backUp(snapshot: FileSnapshot, client: string, pathHash: string, time: Date): Promise<string | null> {
    if (snapshot.bytes === null || snapshot.hash === null) return null;
    const prefix = `${client}-${pathHash}-`;
    await mkdir(this.#backups, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.#backups))
      .filter((name) => name.startsWith(prefix) && name.endsWith('.bak'))
      .sort();
    const suffix = `-${snapshot.hash.slice(0, 16)}.bak`;
    const newest = names.at(-1);
    if (newest?.endsWith(suffix)) return newest;
    const name = `${prefix}${time.toISOString().replaceAll(':', '')}${suffix}`;
    await writePrivately(join(this.#backups, name), snapshot.bytes);
    for (const old of names.slice(0, Math.max(0, names.length + 1 - BACKUPS))) {
      await rm(join(this.#backups, old), { force: true });
    }
    return name;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
