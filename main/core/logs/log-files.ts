import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A place in the log files of one server that stays right when they are rotated. */
export interface LogPosition {
  /** Which file: its inode number, since its name changes. */
  readonly file: number;
  readonly offset: number;
}

/** Whole lines from a place on, without their ends. */
export interface LogPiece {
  readonly lines: readonly { readonly text: string; readonly end: LogPosition }[];
  /** Nothing followed when it was read. */
  readonly last: boolean;
}

interface LogFile {
  readonly path: string;
  readonly ino: number;
  readonly size: number;
}

const NEWLINE = 0x0a;

/** The servers (and `berth`) that have log files in the folder. */
export async function slugsWithFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return [...new Set(names.flatMap((name) => /^([a-z0-9][a-z0-9-]*)(?:\.\d+)?\.log$/.exec(name)?.[1] ?? []))].sort();
}

/**
 * Reads on from a place (null: the oldest line) in the files of one server, at most so many bytes. When the file of that place
 * has been rotated away in the meantime, it goes on with the oldest that is left.
 */
export async function readPiece(path: string, from: LogPosition | null, bytes: number): Promise<LogPiece> {
  const files = await filesOf(path);
  const known = files.findIndex(({ ino }) => ino === from?.file);
  for (const [index, file] of files.entries()) {
    if (index < known) continue;
    const offset = index === known && from ? from.offset : 0;
    const isCurrent = index === files.length - 1;
    const lines = await readLines(file, offset, bytes, isCurrent);
    if (lines.length > 0) return { lines, last: isCurrent && file.size <= offset + bytes };
  }
  return { lines: [], last: true };
}

/** Oldest first, the current one last. */
async function filesOf(path: string): Promise<LogFile[]> {
  const folder = dirname(path);
  const stem = path.slice(folder.length + 1, -'.log'.length);
  const found: (LogFile & { age: number })[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${stem}.`)) continue;
    const age = name === `${stem}.log` ? 0 : Number(/^\.(\d+)\.log$/.exec(name.slice(stem.length))?.[1] ?? Number.NaN);
    const stats = Number.isNaN(age) ? null : await stat(join(folder, name)).catch(() => null);
    if (stats) found.push({ path: join(folder, name), ino: stats.ino, size: stats.size, age });
  }
  return found.sort((a, b) => b.age - a.age);
}

/** The end of the current file may be a line that is just being written: that is left for later. */
async function readLines(file: LogFile, offset: number, bytes: number, isCurrent: boolean): Promise<LogPiece['lines']> {
  const handle = await open(file.path, 'r').catch((error: NodeJS.ErrnoException) => {
    // Rotated away since the folder was read.
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return [];
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, offset);
    const isEnd = offset + bytesRead >= file.size;
    const lines: { text: string; end: LogPosition }[] = [];
    for (let start = 0; start < bytesRead; ) {
      const found = buffer.subarray(0, bytesRead).indexOf(NEWLINE, start);
      // A line that is longer than the piece is none of Berth's; it may not stop the reading.
      if (found < 0 && (isEnd ? isCurrent : start > 0)) break;
      const end = found < 0 ? bytesRead : found;
      const next = found < 0 ? bytesRead : found + 1;
      lines.push({ text: buffer.toString('utf8', start, end), end: { file: file.ino, offset: offset + next } });
      start = next;
    }
    return lines;
  } finally {
    await handle.close();
  }
}
