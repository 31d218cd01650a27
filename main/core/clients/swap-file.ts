import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import { type FileSnapshot, readTarget } from './target-file.ts';

/** Somebody changed the file since it was read: start again from reading. */
export class FileChanged extends Error {}

/**
 * Puts the complete file `temporary` (or, with null, nothing) in the place of the file that `snapshot` tells of. No system call
 * compares and renames at once, so a writer that ignores our lock can come between our last look and the rename (D26). Therefore
 * the replaced file is held by a second name `aside` while it happens: when it turns out to be another one than was read, it gets
 * its place back and `FileChanged` is thrown. Between taking hold and renaming lie two system calls and nothing else.
 */
export async function swapFile(
  snapshot: FileSnapshot,
  temporary: string | null,
  aside: string,
  platform: NodeJS.Platform,
): Promise<void> {
  const { path } = snapshot;
  if (platform === 'win32') {
    if (temporary === null) await rm(path);
    else await renameOnWindows(temporary, path);
    return;
  }
  if (snapshot.bytes === null) {
    if (temporary !== null) createOnly(temporary, path);
    return;
  }
  const ours = temporary === null ? null : statSync(temporary).ino;
  const held = hold(path, aside);
  if (temporary === null) rmSync(path);
  else renameSync(temporary, path);
  if (!held) return;
  const replaced = await readTarget(aside).then(
    ({ hash }) => hash,
    // What cannot be read as text any more is not what was read before.
    () => null,
  );
  if (replaced !== snapshot.hash) {
    await putBack(path, aside, ours);
    throw new FileChanged();
  }
  await rm(aside, { force: true });
}

/** Gives the file a second name; false where the file system has no hard links. */
function hold(path: string, aside: string): boolean {
  try {
    linkSync(path, aside);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FileChanged();
    return false;
  }
}

/** A new file, but not over one that somebody made meanwhile. */
function createOnly(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new FileChanged();
    renameSync(temporary, path);
    return;
  }
  rmSync(temporary);
}

/** Undoes the swap, unless the other program has written again since: then its former version is kept beside the file. */
async function putBack(path: string, aside: string, ours: number | null): Promise<void> {
  const now = statSync(path, { throwIfNoEntry: false })?.ino ?? null;
  if (now === ours) {
    renameSync(aside, path);
    return;
  }
  const kept = `${path}.kept-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(aside, kept);
  throw new BerthError('conflict', `${path} was changed twice by another program while Berth wrote it.`, {
    hint: `Quit that program and look whether something is missing; what it wrote first is kept as ${kept}.`,
  });
}

/** On Windows a reader or a virus scanner holds files for moments; never unlink first, that could lose both. */
async function renameOnWindows(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (attempt >= 6 || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
      await delay(20 * 2 ** attempt);
    }
  }
}
