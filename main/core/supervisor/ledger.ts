import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writePrivately } from '../private-file.ts';
import { identifyProcess } from './process-table.ts';

const identitySchema = z.object({ pid: z.number().int().positive(), startTime: z.string().min(1) });
const entrySchema = identitySchema.extend({
  executable: z.string().min(1),
  slug: z.string(),
  /** The Berth that started it. */
  owner: identitySchema,
});
const ledgerSchema = z.object({ version: z.literal(1), processes: z.array(entrySchema) });

/** A process of ours as the ledger proves it. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/**
 * The file that tells the next Berth which processes this one started. Written atomically (0600) after each change; a failure
 * to write is reported once and stops nothing.
 */
export class Ledger {
  readonly #file: string;
  readonly #onProblem: (text: string) => void;
  readonly #entries = new Map<number, LedgerEntry | null>();
  #previous: Promise<LedgerEntry[]> | null = null;
  #writing: Promise<void> = Promise.resolve();
  #writeQueued = false;
  #reported = false;

  constructor(file: string, onProblem: (text: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /** What an earlier Berth left. They stay in the file until `forgetPrevious`. Unreadable or foreign content counts as nothing. */
  previous(): Promise<LedgerEntry[]> {
    this.#previous ??= this.#read();
    return this.#previous;
  }

  forgetPrevious(forgotten: readonly LedgerEntry[]): Promise<void> {
    const before = this.previous();
    this.#previous = before.then((entries) => entries.filter((entry) => !forgotten.includes(entry)));
    return this.#write();
  }

  /** Enters a child of this process that runs now. Entering it again brings its executable up to date (it may have exec'ed another). */
  async add(slug: string, pid: number): Promise<void> {
    if (!this.#entries.has(pid)) this.#entries.set(pid, null);
    const [child, owner] = await Promise.all([identifyProcess(pid), identifyProcess(process.pid)]);
    // Gone meanwhile, or on a platform where nothing can be proven.
    if (!child || !owner || !this.#entries.has(pid)) return;
    this.#entries.set(pid, { ...child, slug, owner: { pid: owner.pid, startTime: owner.startTime } });
    await this.#write();
  }

  remove(pid: number): Promise<void> {
    return this.#entries.delete(pid) ? this.#write() : this.#writing;
  }

  /** Resolves when the file is as the ledger. */
  flush(): Promise<void> {
    return this.#writing;
  }

  /** Changes that come while a write is under way share the next one. */
  #write(): Promise<void> {
    if (this.#writeQueued) return this.#writing;
    this.#writeQueued = true;
    this.#writing = this.#writing.then(async () => {
      this.#writeQueued = false;
      try {
        const own = [...this.#entries.values()].filter((entry) => entry !== null);
        const content = { version: 1, processes: [...(await this.previous()), ...own] };
        await writePrivately(this.#file, `${JSON.stringify(content, null, 2)}\n`);
      } catch (error) {
        if (!this.#reported) this.#onProblem(`The process ledger cannot be written: ${(error as Error).message}`);
        this.#reported = true;
      }
    });
    return this.#writing;
  }

  async #read(): Promise<LedgerEntry[]> {
    try {
      const parsed = ledgerSchema.safeParse(JSON.parse(await readFile(this.#file, 'utf8')));
      if (parsed.success) return parsed.data.processes;
      this.#onProblem('The process ledger of the last run is not readable: leftover processes, if any, are not ended.');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#onProblem(`The process ledger of the last run is not readable: ${(error as Error).message}`);
      }
    }
    return [];
  }
}
