import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import { isRunning } from '../file-lock.ts';
import { syncFolder } from '../private-file.ts';
import { type ClientLock, withClientLock } from './client-lock.ts';
import { FileChanged, swapFile } from './swap-file.ts';
import { type FileSnapshot, readTarget } from './target-file.ts';

export interface Replacement {
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * Puts new bytes in the place of a file that still is what `snapshot` says, or deletes it (`null`). The new file is complete and on
 * the disk before it gets the name, so that a crash or a full disk leaves the old one. Throws `FileChanged` when the file is no
 * longer what was read. The client's own lock is held from the last look to the end of the replacement.
 */
export async function replaceFile(
  snapshot: FileSnapshot,
  next: Replacement | null,
  { platform, lock }: { readonly platform: NodeJS.Platform; readonly lock: ClientLock | null },
): Promise<void> {
  const folder = dirname(snapshot.path);
  await removeLeftovers(snapshot.path);
  const own = join(folder, `${temporaryPrefix(snapshot.path)}${process.pid}-${randomBytes(6).toString('hex')}`);
  const temporary = `${own}.tmp`;
  try {
    if (next !== null) await writeWhole(temporary, snapshot, next);
    await withClientLock(lock, async () => {
      await requireUnchanged(snapshot);
      await swapFile(snapshot, next === null ? null : temporary, own, platform);
    });
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof FileChanged || error instanceof BerthError) throw error;
    throw notWritten(snapshot.path, error as NodeJS.ErrnoException);
  }
  await syncFolder(folder);
}

/** Makes the missing folders, 0700; answers those that were made, outermost first. */
export async function makeFolders(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw notWritten(folder, error);
  });
  if (first === undefined) return [];
  const made = [folder];
  while (made[0] !== undefined && made[0] !== first) made.unshift(dirname(made[0]));
  return made;
}

/** Removes folders that Berth made, innermost first, as long as they are empty. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of [...folders].reverse()) {
    const gone = await rmdir(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (!gone) return;
  }
}

async function writeWhole(temporary: string, snapshot: FileSnapshot, next: Replacement): Promise<void> {
  // 0600 from the first byte on: the content may hold tokens.
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(next.bytes);
    await keepOwner(handle, snapshot);
    await handle.chmod(next.mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keepOwner(handle: FileHandle, snapshot: FileSnapshot): Promise<void> {
  if (snapshot.uid === null || snapshot.gid === null) return;
  const own = await handle.stat();
  if (own.uid === snapshot.uid && own.gid === snapshot.gid) return;
  await handle.chown(snapshot.uid, snapshot.gid).catch((error: NodeJS.ErrnoException) => {
    throw new BerthError(
      'refused',
      `${snapshot.path} belongs to another user or group, which a new file cannot keep.`,
      {
        hint: 'Run Berth as the owner of the file, or add the entry by hand.',
        cause: error,
      },
    );
  });
}

async function requireUnchanged(snapshot: FileSnapshot): Promise<void> {
  const now = await readTarget(snapshot.path);
  if (now.hash !== snapshot.hash || now.mode !== snapshot.mode) throw new FileChanged();
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.berth-`;
}

/** Removes what a killed Berth left beside the file. */
async function removeLeftovers(path: string): Promise<void> {
  const prefix = temporaryPrefix(path);
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (pid !== process.pid && !isRunning(pid)) await rm(join(dirname(path), name), { force: true });
  }
}

function notWritten(path: string, error: NodeJS.ErrnoException): BerthError {
  const why =
    error.code === 'ENOSPC' || error.code === 'EDQUOT'
      ? 'the disk is full'
      : error.code === 'EROFS'
        ? 'the file system is read-only'
        : error.code === 'EACCES' || error.code === 'EPERM'
          ? 'permission denied'
          : error.message;
  return new BerthError('internal', `${path} could not be written: ${why}.`, {
    hint: 'Nothing was changed. Remove the cause, then try again.',
    cause: error,
  });
}
