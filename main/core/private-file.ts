import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRunning } from './file-lock.ts';

export interface PrivateWrite {
  /** Permissions of the file; default 0600. */
  readonly mode?: number;
  /** False for files that are of no use after a power cut: not waiting for the disk is faster. Default true. */
  readonly lasting?: boolean;
  /** Runs directly before the replacement, when all is written; when it rejects, nothing changes. */
  readonly beforeReplacing?: () => Promise<void>;
}

/**
 * Writes a file of Berth's own, 0600 in a 0700 folder: the old content or the new one is there whatever happens in between.
 * Rejects with the system's error; the old content is then untouched.
 */
export async function writePrivately(
  file: string,
  content: string | Uint8Array,
  { mode = 0o600, lasting = true, beforeReplacing }: PrivateWrite = {},
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      if (lasting) await handle.sync();
    } finally {
      await handle.close();
    }
    await beforeReplacing?.();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (lasting) await syncFolder(dirname(file));
}

/** Removes what processes that were killed while they wrote privately left in this folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /\.(\d+)-[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/** Makes a rename in this folder last through a power cut, where the platform can open folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
