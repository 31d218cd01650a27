import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, lstat, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';

/** A client's config file as it was read. `bytes` is null when it does not exist. */
export interface FileSnapshot {
  /** The real file behind links. */
  readonly path: string;
  readonly bytes: Buffer | null;
  /** SHA-256 of the bytes, null when there is no file. */
  readonly hash: string | null;
  readonly text: string;
  readonly byteOrderMark: boolean;
  /** Permission bits; 0600 for a file that does not exist yet. */
  readonly mode: number;
  readonly uid: number | null;
  readonly gid: number | null;
}

/** Larger config files are somebody's mistake; parsing them would stall Berth. In bytes. */
const LARGEST = 32 * 1024 * 1024;
/** A file that nobody has touched for so long is not being written. In ms. */
const SETTLED_MS = 300;
/** How long to wait for a file that makes no sense and is touched all the time. In ms. */
const LONGEST_SETTLING_MS = 1_500;
const SETTLING_POLL_MS = 10;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The real path of a file that may not exist yet: links are followed to what they point to. Rejects with `refused` for a link that
 * leads nowhere, since writing through it would make a file in a place that nobody chose.
 */
export async function resolveTarget(file: string): Promise<string> {
  const missing: string[] = [];
  for (let current = file; ; current = dirname(current)) {
    const real = await realpath(current).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw unreadable(file, error);
    });
    if (real !== null) return join(real, ...missing);
    const dangling = await lstat(current).then(
      () => true,
      () => false,
    );
    if (dangling) {
      throw new BerthError('refused', `${current} is a link that leads nowhere.`, {
        hint: 'Repair or remove the link, then try again.',
      });
    }
    if (dirname(current) === current) return file;
    missing.unshift(basename(current));
  }
}

/** Reads the real file. Rejects with `refused` for what is no regular file, `too-large`, `invalid-config` for what is not UTF-8. */
export async function readTarget(path: string): Promise<FileSnapshot> {
  const found = await readRegular(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error instanceof BerthError ? error : unreadable(path, error);
  });
  if (found === null) {
    return { path, bytes: null, hash: null, text: '', byteOrderMark: false, mode: 0o600, uid: null, gid: null };
  }
  const { bytes, mode, uid, gid } = found;
  return {
    path,
    bytes,
    hash: hashBytes(bytes),
    ...decodeConfig(bytes, path),
    mode: mode & 0o7777,
    uid,
    gid,
  };
}

/**
 * Reads the real file and has it understood. A program that writes in place empties its file first; therefore what is empty or
 * makes no sense, and was touched a moment ago, is read again until it makes sense or has held still.
 */
export async function readSettled<T>(path: string, understand: (snapshot: FileSnapshot) => T): Promise<T> {
  const deadline = Date.now() + LONGEST_SETTLING_MS;
  for (;;) {
    const mayBeHalf = async () => Date.now() < deadline && (await wasTouchedLately(path));
    try {
      const snapshot = await readTarget(path);
      if (snapshot.bytes?.length !== 0 || !(await mayBeHalf())) return understand(snapshot);
    } catch (error) {
      const senseless = error instanceof BerthError && error.code === 'invalid-config';
      if (!senseless || !(await mayBeHalf())) throw error;
    }
    await delay(SETTLING_POLL_MS);
  }
}

async function wasTouchedLately(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs < SETTLED_MS;
}

/** Bytes and attributes of one and the same file, whatever takes its name meanwhile. */
async function readRegular(path: string): Promise<{ bytes: Buffer; mode: number; uid: number; gid: number }> {
  const requireRegular = (found: Stats) => {
    if (!found.isFile())
      throw new BerthError('refused', `${path} is not a regular file.`, { hint: 'Move it away first.' });
    if (found.size > LARGEST) throw new BerthError('too-large', `${path} is larger than 32 MB.`);
  };
  // Before it is opened, too: opening a pipe waits for its writer.
  requireRegular(await stat(path));
  const handle = await open(path, 'r');
  try {
    const found = await handle.stat();
    requireRegular(found);
    return { bytes: await handle.readFile(), mode: found.mode, uid: found.uid, gid: found.gid };
  } finally {
    await handle.close();
  }
}

/** The bytes of a new text in the encoding of the snapshot. */
export function encodeLike(snapshot: FileSnapshot, text: string): Buffer {
  return Buffer.from((snapshot.byteOrderMark ? BYTE_ORDER_MARK : '') + text, 'utf8');
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Rejects with `refused` when the file or its folder is read-only, also for root, who could write but was told not to. */
export async function requireWritable(snapshot: FileSnapshot): Promise<void> {
  const readOnly = (what: string) =>
    new BerthError('refused', `${what} is read-only.`, {
      hint: 'Somebody protected it, or another program manages it. Make it writable, or add the entry by hand.',
    });
  if (snapshot.bytes !== null) {
    const writable = await access(snapshot.path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!writable || (snapshot.mode & 0o222) === 0) throw readOnly(snapshot.path);
  }
  const folder = dirname(snapshot.path);
  const usable = await access(folder, constants.W_OK).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
  if (!usable) throw readOnly(folder);
}

/** The text of a file without its byte order mark. Throws `invalid-config` for what is not UTF-8. */
export function decodeConfig(bytes: Buffer, path: string): { text: string; byteOrderMark: boolean } {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const byteOrderMark = decoded.startsWith(BYTE_ORDER_MARK);
    return { text: byteOrderMark ? decoded.slice(1) : decoded, byteOrderMark };
  } catch (error) {
    throw new BerthError('invalid-config', `${path} is not UTF-8 text.`, {
      hint: 'Save the file as UTF-8, then try again. Berth has not touched it.',
      cause: error,
    });
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): BerthError {
  const why =
    error.code === 'EACCES'
      ? 'permission denied'
      : error.code === 'ELOOP'
        ? 'its links go round in circles'
        : error.code;
  return new BerthError('refused', `${path} cannot be read: ${why ?? error.message}.`, {
    hint: 'Give yourself access to the file, then try again.',
    cause: error,
  });
}
