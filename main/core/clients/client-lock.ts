import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import { isRunning } from '../file-lock.ts';
import type { ClientRow } from './registry.ts';

/** What is locked, and for whom: the row's protocol, with its path filled in. */
export interface ClientLock {
  readonly path: string;
  readonly kind: 'mkdir' | 'owner-file';
  readonly staleMs: number;
  /** Name of the client, for people. */
  readonly title: string;
}

const POLL_MS = 25;
/** A lock that a killed client left is stale by then, so a longer wait means that somebody lives and does not let go. In ms. */
const MARGIN_MS = 2_000;

/** The lock with which a client keeps others from its config file; null where the row knows none. */
export function lockOf(row: Pick<ClientRow, 'lock' | 'title'>, file: string): ClientLock | null {
  if (row.lock === undefined) return null;
  // As a function: a path may hold what `replace` takes for a pattern.
  return { ...row.lock, path: row.lock.path.replace(/\$\{file\}/g, () => file), title: row.title };
}

/**
 * Runs `work` under the client's own lock, and gives it back whatever happens. Rejects with `conflict` when somebody holds it for longer than a
 * lock can be left behind. A killed Berth leaves a lock that the client's protocol lets expire. Where the lock cannot be made, since its
 * folder is read-only, the client cannot lock either, and the work runs without.
 *
 * Hold it for moments only: Claude Code does not wait for a lock but writes without it, so a lock that is held for long makes two of its
 * sessions race each other.
 */
export async function withClientLock<T>(lock: ClientLock | null, work: () => Promise<T>): Promise<T> {
  if (lock === null) return await work();
  const release = await acquire(lock);
  try {
    return await work();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;

async function acquire(lock: ClientLock): Promise<Release> {
  await removeLeftovers(lock);
  const take = lock.kind === 'mkdir' ? takeFolder : takeWithOwner;
  const deadline = Date.now() + lock.staleMs + MARGIN_MS;
  for (;;) {
    try {
      const release = await take(lock.path);
      if (release !== null) return keepFresh(lock, release);
      if (await removeStale(lock)) continue;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(code)) return async () => undefined;
      throw error;
    }
    if (Date.now() > deadline) throw held(lock);
    await delay(POLL_MS);
  }
}

/** Touches the lock now and then, so that it does not count as left behind while a slow disk holds us up. */
function keepFresh({ path, staleMs }: ClientLock, release: Release): Release {
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, staleMs / 4);
  return async () => {
    clearInterval(touch);
    await release();
  };
}

/** npm's proper-lockfile, which Claude Code uses: whoever makes the folder has the lock. */
async function takeFolder(path: string): Promise<Release | null> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  const inode = async () => (await stat(path, { bigint: true }).catch(() => null))?.ino;
  const ours = await inode();
  return async () => {
    // It may have been taken over while this machine slept: then it is no longer ours to remove.
    if ((await inode()) === ours) await rmdir(path).catch(() => undefined);
  };
}

/** Cline: a folder that holds its owner's sign is made beside and renamed into place, so that it never stands there empty. */
async function takeWithOwner(path: string): Promise<Release | null> {
  const token = newToken();
  const staging = `${path}.tmp.${token}`;
  const owner = `owner.${token}`;
  await mkdir(staging, { mode: 0o700 });
  try {
    await writeFile(join(staging, owner), token, { flag: 'wx' });
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    // Windows says EPERM when there is something of that name.
    if (await lstat(path).catch(() => null)) return null;
    throw error;
  }
  return async () => {
    // Whoever took it over has put a sign of its own there, which keeps the folder.
    await unlink(join(path, owner)).catch(() => undefined);
    await rmdir(path).catch(() => undefined);
  };
}

/** Removes a lock that was left behind, as the protocol says; true when it is gone. */
async function removeStale(lock: ClientLock): Promise<boolean> {
  const found = await lstat(lock.path).catch(() => null);
  if (found === null) return true;
  if (!found.isDirectory() || Date.now() - found.mtimeMs < lock.staleMs) return false;
  if (lock.kind === 'mkdir') {
    return await rmdir(lock.path).then(
      () => true,
      () => false,
    );
  }
  const gone = `${lock.path}.stale.${newToken()}`;
  try {
    await rename(lock.path, gone);
  } catch {
    return false;
  }
  await rm(gone, { recursive: true, force: true });
  return true;
}

/** Removes what a killed Berth left beside a lock that it was about to take, or to take over. */
async function removeLeftovers({ path }: ClientLock): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const pid = name.startsWith(prefix) && /^(?:tmp|stale)\.(\d+)\.\d+\.berth-/.exec(name.slice(prefix.length))?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(dirname(path), name), { recursive: true, force: true });
  }
}

/** Cline's form, with our name in it. */
function newToken(): string {
  return `${process.pid}.${Date.now()}.berth-${randomBytes(6).toString('hex')}`;
}

function held({ path, title }: ClientLock): BerthError {
  return new BerthError('conflict', `${title} is writing its file: it holds ${path} and does not let go.`, {
    hint: `Quit ${title}, then try again. If nothing of it runs any more, remove ${path}.`,
    details: { lock: path },
  });
}
