import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface RotatingFileOptions {
  /** `…/slug.log`; older ones are `…/slug.1.log` and so on. */
  readonly path: string;
  readonly maxFileBytes: number;
  /** With the current one. */
  readonly maxFiles: number;
  /** Told when writing fails, and with null when it works again. */
  readonly onProblem: (error: Error | null) => void;
}

/** How much waits for the disk at most, in characters; what comes beyond that is counted, not kept. */
const MOST_WAITING = 8 * 1024 * 1024;
/** In a flood the disk is kept busy rather than waited for. */
const FLUSH_AT = 512 * 1024;
const SETTLE_MS = 100;
/** After a failure nothing is tried for so long. */
const PAUSE_MS = 10_000;

/** Appends text to a file of bounded size and keeps a bounded number of older ones. Never throws, never makes anybody wait. */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #waiting: string[] = [];
  #waitingLength = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #writing = false;
  #handle: FileHandle | null = null;
  #size = 0;
  #pausedUntil = 0;
  #failed = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Takes a whole line without its end. */
  append(line: string): void {
    if (this.#waitingLength + line.length > MOST_WAITING || Date.now() < this.#pausedUntil) {
      this.#skipped += 1;
      return;
    }
    if (this.#skipped > 0) this.#noteSkipped();
    this.#waiting.push(line);
    this.#waitingLength += line.length + 1;
    if (this.#waitingLength > FLUSH_AT && !this.#writing) void this.flush();
    if (this.#timer) return;
    this.#timer = setTimeout(() => void this.flush(), SETTLE_MS);
    this.#timer.unref();
  }

  /** Resolves when everything taken so far is in the file, or has been given up. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#working = this.#working.then(() => this.#write());
    return this.#working;
  }

  async close(): Promise<void> {
    if (this.#skipped > 0 && Date.now() >= this.#pausedUntil) this.#noteSkipped();
    await this.flush();
    await this.#handle?.close();
    this.#handle = null;
  }

  #noteSkipped(): void {
    this.#waiting.push(`${new Date().toISOString()} WARN event (${this.#skipped} lines were not written to this file)`);
    this.#skipped = 0;
  }

  async #write(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#writing = true;
    this.#waiting = [];
    this.#waitingLength = 0;
    try {
      for (let next = 0; next < lines.length; ) {
        this.#handle ??= await this.#open();
        // Files are cut at line ends: a piece is what still fits, and one line at least.
        let piece = '';
        const room = this.#options.maxFileBytes - this.#size;
        for (let bytes = 0; next < lines.length; next += 1) {
          const line = `${lines[next]}\n`;
          bytes += Buffer.byteLength(line);
          if (bytes > room && (piece !== '' || this.#size > 0)) break;
          piece += line;
        }
        // Not `write`: on a full disk that takes a part and says nothing.
        await this.#handle.appendFile(piece);
        this.#size += Buffer.byteLength(piece);
        if (next < lines.length) await this.#rotate();
      }
      if (this.#failed) this.#options.onProblem(null);
      this.#failed = false;
    } catch (error) {
      this.#skipped += lines.length;
      this.#pausedUntil = Date.now() + PAUSE_MS;
      if (!this.#failed) this.#options.onProblem(error as Error);
      this.#failed = true;
      await this.#handle?.close().catch(() => {});
      this.#handle = null;
    } finally {
      this.#writing = false;
    }
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a', 0o600);
    this.#size = (await stat(path)).size;
    return handle;
  }

  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#options;
    await this.#handle?.close();
    this.#handle = null;
    await rm(olderFile(path, maxFiles - 1), { force: true });
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
