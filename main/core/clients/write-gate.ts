import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorInfoSchema } from '../../../contract/error-schema.ts';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import { clientActionSchema, clientViaSchema, type WhenRunning } from '../../../contract/model/client.ts';
import type { Disposable } from '../dispose.ts';
import { writePrivately } from '../private-file.ts';
import type { Applications, RunningApplication } from './applications.ts';
import type { ClientRow } from './registry.ts';

const queuedWriteSchema = z.strictObject({
  client: z.string(),
  action: clientActionSchema,
  slugs: z.array(z.string()),
  via: clientViaSchema.optional(),
  since: z.iso.datetime(),
  /** Why it failed when its time had come; then somebody has to decide. */
  problem: errorInfoSchema.nullable(),
});
/** A change that waits until an application has quit. It holds no token: that is made when the time has come. */
export type QueuedWrite = z.infer<typeof queuedWriteSchema>;

export interface WriteGateOptions {
  readonly applications: Pick<Applications, 'find' | 'quit' | 'open'>;
  readonly stateFolder: string;
  readonly row: (client: string) => ClientRow | undefined;
  /** Makes a change whose time has come. */
  readonly write: (item: QueuedWrite) => Promise<unknown>;
  /** The queue has changed. */
  readonly onChange: () => void;
  readonly now: () => Date;
  /** How often to look whether an application has quit, in ms. */
  readonly lookMs?: number;
}

const LOOK_MS = 2_000;

/**
 * Keeps changes away from the file of an application that runs and writes the whole file from its memory: it would write over them
 * when it quits. They wait in a queue that survives restarts of Berth, or the application is quit and opened again.
 */
export class WriteGate implements Disposable {
  readonly #options: WriteGateOptions;
  readonly #file: string;
  #queue: readonly QueuedWrite[] = [];
  #timer: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(options: WriteGateOptions) {
    this.#options = options;
    this.#file = join(options.stateFolder, 'clients', 'queue.json');
  }

  /** Takes up what former runs left waiting. A damaged queue counts as empty: what it asked for can be asked for again. */
  async start(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]');
    this.#queue = parse(text);
    this.#schedule();
  }

  waiting(client: string): QueuedWrite | null {
    return this.#queue.find((item) => item.client === client) ?? null;
  }

  /** The application, if it runs and would write over a change. */
  async blocking(row: ClientRow): Promise<RunningApplication | null> {
    return row.rewrites ? await this.#options.applications.find(row) : null;
  }

  /**
   * Makes the change now, later, or between quitting the application and opening it again. Resolves with whether it is made.
   * Rejects with `conflict` when the application runs and nobody said what to do about that.
   */
  async pass(
    row: ClientRow,
    item: Pick<QueuedWrite, 'action' | 'slugs' | 'via'>,
    whenRunning: WhenRunning | undefined,
    write: () => Promise<void>,
  ): Promise<boolean> {
    const running = whenRunning === 'write' ? null : await this.blocking(row);
    if (running !== null && whenRunning === undefined) throw blocked(row);
    if (running !== null && whenRunning === 'queue') {
      const since = this.#options.now().toISOString();
      await this.#set(row.id, { client: row.id, ...item, since, problem: null });
      return false;
    }
    if (running !== null) await this.#options.applications.quit(row, running);
    try {
      await write();
    } catch (error) {
      // Why nothing was written counts more than that it has to be opened by hand.
      if (running !== null) await this.#options.applications.open(row, running).catch(() => undefined);
      throw error;
    }
    if (running !== null) await this.#options.applications.open(row, running);
    // What was asked for last counts.
    if (this.waiting(row.id) !== null) await this.#set(row.id, null);
    return true;
  }

  /** Takes a waiting change back; answers whether there was one. */
  async cancel(client: string): Promise<boolean> {
    if (this.waiting(client) === null) return false;
    await this.#set(client, null);
    return true;
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #set(client: string, item: QueuedWrite | null): Promise<void> {
    const others = this.#queue.filter((other) => other.client !== client);
    const next = item === null ? others : [...others, item];
    await writePrivately(this.#file, `${JSON.stringify(next, null, 2)}\n`);
    this.#queue = next;
    this.#schedule();
    this.#options.onChange();
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#disposed || this.#queue.every(({ problem }) => problem !== null)) return;
    this.#timer = setTimeout(() => void this.#look(), this.#options.lookMs ?? LOOK_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    for (const item of this.#queue.filter(({ problem }) => problem === null)) {
      const row = this.#options.row(item.client);
      if (row !== undefined && (await this.blocking(row)) !== null) continue;
      if (this.#disposed || this.waiting(item.client) !== item) continue;
      const problem = await this.#options.write(item).then(
        () => null,
        (error: unknown) => toErrorInfo(error),
      );
      if (this.waiting(item.client) !== item) continue;
      await this.#set(item.client, problem === null ? null : { ...item, problem }).catch(() => undefined);
    }
    this.#schedule();
  }
}

/** The sentence about an application that has to quit first. */
export function blockedWords(row: ClientRow): string {
  return `${row.title} is running. It writes its whole file from memory when it changes a setting or quits, and would undo this.`;
}

function blocked(row: ClientRow): BerthError {
  return new BerthError('conflict', blockedWords(row), {
    hint: 'Quit it first, or use --when-running queue (write once it has quit), restart (quit it, write, open it again) or write.',
    details: { blockedBy: row.id },
  });
}

function parse(text: string): QueuedWrite[] {
  try {
    return z.array(queuedWriteSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
