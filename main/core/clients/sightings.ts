import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Disposable } from '../dispose.ts';
import { writePrivately } from '../private-file.ts';

const sightingSchema = z.object({
  /** ISO time of its last request. */
  at: z.iso.datetime(),
  /** What it called itself in `initialize.clientInfo`. */
  as: z.object({ name: z.string(), version: z.string() }).nullable(),
});
/** A client's last request to any endpoint: the proof that an installation works. */
export type Sighting = z.infer<typeof sightingSchema>;
const fileSchema = z.record(z.string(), sightingSchema);

/** More names than this are somebody's script that makes up a new one each time; the oldest are forgotten. */
const KEPT = 200;
const LAZY_MS = 30_000;
const NAME_LENGTH = 80;

/** When each client was last seen, also by former runs of Berth. Written lazily: a crash forgets half a minute. */
export class Sightings implements Disposable {
  readonly #file: string;
  readonly #lazyMs: number;
  readonly #now: () => Date;
  readonly #seen: Map<string, Sighting>;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: string, seen: Map<string, Sighting>, lazyMs: number, now: () => Date) {
    this.#file = file;
    this.#seen = seen;
    this.#lazyMs = lazyMs;
    this.#now = now;
  }

  /** Reads what the last run knew; a damaged file counts as empty, since it is a memory and no setting. */
  static async open(
    stateFolder: string,
    { lazyMs = LAZY_MS, now = () => new Date() }: { lazyMs?: number; now?: () => Date } = {},
  ): Promise<Sightings> {
    const file = join(stateFolder, 'clients', 'seen.json');
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return new Sightings(file, parse(text), lazyMs, now);
  }

  /** It said something just now. */
  see(client: string, as: Sighting['as']): void {
    const named =
      as === null ? (this.#seen.get(client)?.as ?? null) : { name: short(as.name), version: short(as.version) };
    this.#seen.delete(client);
    this.#seen.set(client, { at: this.#now().toISOString(), as: named });
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= KEPT) break;
      this.#seen.delete(oldest);
    }
    this.#timer ??= setTimeout(() => void this.#write(), this.#lazyMs).unref();
  }

  of(client: string): Sighting | null {
    return this.#seen.get(client) ?? null;
  }

  async dispose(): Promise<void> {
    if (this.#timer) await this.#write();
    await this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const text = `${JSON.stringify(Object.fromEntries(this.#seen), null, 2)}\n`;
    // A memory that cannot be kept is no reason to disturb anybody.
    this.#writing = this.#writing
      .then(() => writePrivately(this.#file, text, { lasting: false }))
      .catch(() => undefined);
    await this.#writing;
  }
}

function parse(text: string): Map<string, Sighting> {
  try {
    const seen = Object.entries(fileSchema.parse(JSON.parse(text)));
    return new Map(seen.toSorted(([, one], [, other]) => one.at.localeCompare(other.at)));
  } catch {
    return new Map();
  }
}

/** It is the client's own word, shown in the window: long ones are cut. */
function short(text: string): string {
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH - 1)}…` : text;
}
