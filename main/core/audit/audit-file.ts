import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface AuditFileOptions {
  /** `…/audit.jsonl`; older ones are `…/audit.1.jsonl` and so on. */
  readonly path: string;
  readonly maxFileBytes: number;
  /** With the current one. */
  readonly maxFiles: number;
}

const LINE_END = 0x0a;

/**
 * Appends lines to a file of bounded size (0600) and keeps a bounded number of older ones. Each line is handed to the system in one piece
 * before `append` returns, so that a killed process loses none; what a crash of the machine left half written is cut off when it opens.
 */
export class AuditFile {
  readonly #options: AuditFileOptions;
  #file: { descriptor: number; size: number } | null = null;

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  /** All files, newest first; they need not exist. */
  get paths(): string[] {
    return Array.from({ length: this.#options.maxFiles }, (_, age) => this.#path(age));
  }

  /** Throws the system's error when the line is not in the file then. The next call tries anew. */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    this.#file ??= this.#open();
    if (this.#file.size > 0 && this.#file.size + bytes.length > this.#options.maxFileBytes) {
      this.close();
      this.#rotate();
      this.#file = this.#open();
    }
    const { descriptor, size } = this.#file;
    try {
      const written = writeSync(descriptor, bytes);
      if (written < bytes.length) throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
      this.#file.size = size + written;
    } catch (error) {
      this.#undo(size);
      throw error;
    }
  }

  close(): void {
    if (this.#file) closeSync(this.#file.descriptor);
    this.#file = null;
  }

  /** Takes back what a failed write has left, and opens the file anew next time. */
  #undo(size: number): void {
    try {
      if (this.#file) ftruncateSync(this.#file.descriptor, size);
      this.close();
    } catch {
      this.#file = null;
    }
  }

  #open(): { descriptor: number; size: number } {
    mkdirSync(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    const descriptor = openSync(this.#options.path, 'a+', 0o600);
    const size = wholeLines(descriptor);
    if (size < fstatSync(descriptor).size) ftruncateSync(descriptor, size);
    return { descriptor, size };
  }

  #rotate(): void {
    rmSync(this.#path(this.#options.maxFiles - 1), { force: true });
    for (let age = this.#options.maxFiles - 2; age >= 0; age -= 1) {
      try {
        renameSync(this.#path(age), this.#path(age + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  #path(age: number): string {
    return age === 0 ? this.#options.path : this.#options.path.replace(/\.jsonl$/, `.${age}.jsonl`);
  }
}

/** Bytes up to and with the last line end. */
function wholeLines(descriptor: number): number {
  const block = Buffer.alloc(64 * 1024);
  for (let end = fstatSync(descriptor).size; end > 0; ) {
    const length = Math.min(block.length, end);
    const read = readSync(descriptor, block, 0, length, end - length);
    const last = block.subarray(0, read).lastIndexOf(LINE_END);
    if (last !== -1) return end - length + last + 1;
    end -= length;
  }
  return 0;
}
