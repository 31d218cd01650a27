import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileLimits } from './file-limits.ts';

export interface RotatingFileOptions {
  /** `…/slug.log`; older ones are `…/slug.1.log` and so on. */
  readonly path: string;
  /** Asked each time, so that a change holds from then on. */
  readonly limits: () => FileLimits;
  /** Shared by all files: what waits for the disk in memory, in bytes. */
  readonly queue: WriteQueue;
  /** Told when writing fails, and with null when it works again. */
  readonly onProblem: (error: Error | null) => void;
}

/** How much waits for the disk in all files together. What comes beyond `most` is counted, not kept. */
export interface WriteQueue {
  bytes: number;
  readonly most: number;
}

/** In a flood the disk is kept busy rather than waited for. */
const FLUSH_AT = 256 * 1024;
const SETTLE_MS = 50;
/** How much is written at once. */
const BATCH_BYTES = 1024 * 1024;
/** After a failure nothing is tried for so long. */
const PAUSE_MS = 10_000;
/** When so much of one file waits, its writer is asked to wait as well, but not for longer than that. */
const HIGH_WATER = 4 * 1024 * 1024;
const LONGEST_WAIT_MS = 200;
const NEWLINE = 0x0a;

interface Waiting {
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Appends lines to a file of bounded size and keeps a bounded number of older ones. Never throws, never makes anybody wait
 * for long: what a disk does not take in time is counted, and the number stands in the file where the lines would have been.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #writing = false;
  #handle: FileHandle | null = null;
  #identity = '';
  #size = 0;
  #pausedUntil = 0;
  #failed = false;
  #relief: { promise: Promise<void>; resolve: () => void } | null = null;
  /** Waiting did not help: the writer is not asked again before all is written. */
  #hopeless = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Takes whole lines with their ends, and how many these are. */
  append(bytes: Buffer, lines: number): void {
    const { queue } = this.#options;
    if (queue.bytes + bytes.length > queue.most || Date.now() < this.#pausedUntil) {
      this.#skipped += lines;
      return;
    }
    if (this.#skipped > 0) this.#noteSkipped();
    this.#enqueue(bytes, lines);
    if (this.#waitingBytes > FLUSH_AT && !this.#writing) void this.flush();
    if (this.#timer) return;
    this.#timer = setTimeout(() => void this.flush(), SETTLE_MS);
    this.#timer.unref();
  }

  /** Set while much waits for the disk: whoever writes should wait for it. It resolves soon in any case. */
  pressure(): Promise<void> | null {
    if (this.#waitingBytes < HIGH_WATER || this.#hopeless) return null;
    if (!this.#relief) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        const timer = setTimeout(() => {
          this.#hopeless = true;
          this.#relieve();
        }, LONGEST_WAIT_MS);
        resolve = () => {
          clearTimeout(timer);
          done();
        };
      });
      this.#relief = { promise, resolve };
    }
    return this.#relief.promise;
  }

  /** Resolves when everything taken so far is in the file, or has been given up. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#working = this.#working.then(() => this.#write());
    return this.#working;
  }

  /** Removes older files beyond the limit, which may have been lowered. */
  prune(): Promise<void> {
    this.#working = this.#working.then(() => removeBeyond(this.#options.path, this.#options.limits().maxFiles));
    return this.#working;
  }

  async close(): Promise<void> {
    if (this.#skipped > 0 && Date.now() >= this.#pausedUntil) this.#noteSkipped();
    await this.flush();
    await this.#handle?.close();
    this.#handle = null;
  }

  #noteSkipped(): void {
    const note = `${new Date().toISOString()} WARN event (${this.#skipped} lines were not written to this file)\n`;
    this.#skipped = 0;
    this.#enqueue(Buffer.from(note), 1);
  }

  #enqueue(bytes: Buffer, lines: number): void {
    this.#waiting.push({ bytes, lines });
    this.#count(bytes.length);
  }

  #count(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#options.queue.bytes += bytes;
  }

  #relieve(): void {
    this.#relief?.resolve();
    this.#relief = null;
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#writing = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#takeBatch();
        try {
          await this.#writeLines(batch.map(({ bytes }) => bytes));
        } catch (error) {
          this.#skipped += countLines(batch);
          throw error;
        } finally {
          this.#count(-batch.reduce((sum, { bytes }) => sum + bytes.length, 0));
          if (this.#waitingBytes < HIGH_WATER / 2) this.#relieve();
        }
      }
      this.#hopeless = false;
      if (this.#failed) this.#options.onProblem(null);
      this.#failed = false;
    } catch (error) {
      this.#giveUp(error as Error);
      await this.#handle?.close().catch(() => {});
      this.#handle = null;
    } finally {
      this.#writing = false;
    }
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && bytes < BATCH_BYTES; count += 1) {
      bytes += this.#waiting[count]?.bytes.length ?? 0;
    }
    return this.#waiting.splice(0, count);
  }

  #giveUp(error: Error): void {
    this.#skipped += countLines(this.#waiting);
    this.#count(-this.#waitingBytes);
    this.#waiting = [];
    this.#relieve();
    this.#pausedUntil = Date.now() + PAUSE_MS;
    if (!this.#failed) this.#options.onProblem(error);
    this.#failed = true;
  }

  /** Files are cut at line ends: each gets what still fits, and one line at least. */
  async #writeLines(blocks: readonly Buffer[]): Promise<void> {
    const rest = [...blocks];
    while (rest.length > 0) {
      const handle = await this.#current();
      let room = this.#options.limits().maxFileBytes - this.#size;
      const fitting: Buffer[] = [];
      for (let next = rest[0]; next && room > 0; next = rest[0]) {
        if (next.length > room) {
          const end = fittingEnd(next, room, this.#size === 0 && fitting.length === 0);
          if (end > 0) fitting.push(next.subarray(0, end));
          if (end < next.length) rest[0] = next.subarray(end);
          else rest.shift();
          break;
        }
        fitting.push(next);
        room -= next.length;
        rest.shift();
      }
      this.#size += await writeAll(handle, fitting);
      if (rest.length > 0) await this.#rotate();
    }
  }

  /** The open file; opened anew when somebody has removed or replaced it. */
  async #current(): Promise<FileHandle> {
    if (this.#handle) {
      const there = await stat(this.#options.path).catch(() => null);
      if (there && identityOf(there) === this.#identity) return this.#handle;
      await this.#handle.close();
      this.#handle = null;
    }
    this.#handle = await this.#open();
    return this.#handle;
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a+', 0o600);
    try {
      const stats = await handle.stat();
      if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32') await handle.chmod(0o600);
      this.#identity = identityOf(stats);
      this.#size = stats.size;
      if (this.#size > 0 && !(await endsWithNewline(handle, this.#size))) {
        // A full disk or a power cut left half a line.
        await handle.appendFile('\n');
        this.#size += 1;
      }
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    const { path, limits } = this.#options;
    const { maxFiles } = limits();
    await this.#handle?.close();
    this.#handle = null;
    await removeBeyond(path, maxFiles - 1);
    for (let age = maxFiles - 2; age >= 0; age -= 1) {
      await rename(olderFile(path, age), olderFile(path, age + 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }
}

/** The path of the file that was current `age` rotations ago. */
export function olderFile(path: string, age: number): string {
  return age === 0 ? path : path.replace(/\.log$/, `.${age}.log`);
}

/** Leaves at most so many files: the newest. */
async function removeBeyond(path: string, count: number): Promise<void> {
  const name = basename(path, '.log');
  for (const entry of await readdir(dirname(path)).catch(() => [])) {
    const age =
      entry === `${name}.log` ? 0 : Number(/^\.(\d+)\.log$/.exec(entry.slice(name.length))?.[1] ?? Number.NaN);
    if (entry.startsWith(`${name}.`) && age >= count) await rm(join(dirname(path), entry), { force: true });
  }
}

/** How much of the lines fits into so many bytes; the first line in any case when `atLeastOne`. */
function fittingEnd(lines: Buffer, room: number, atLeastOne: boolean): number {
  const end = lines.lastIndexOf(NEWLINE, room - 1) + 1;
  return end === 0 && atLeastOne ? lines.indexOf(NEWLINE) + 1 : end;
}

/** Writes all of it: one write takes only a part when the disk is nearly full, and says nothing. Answers how many bytes these are. */
async function writeAll(handle: FileHandle, blocks: Buffer[]): Promise<number> {
  const total = blocks.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return 0;
  const { bytesWritten } = await handle.writev(blocks);
  if (bytesWritten < total) await handle.appendFile(Buffer.concat(blocks).subarray(bytesWritten));
  return total;
}

async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 0 || buffer[0] === NEWLINE;
}

function identityOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}

function countLines(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { lines }) => sum + lines, 0);
}
