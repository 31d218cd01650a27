import { linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import { RenameWitness } from './rename-witness.ts';
import { type FileSnapshot, readTarget } from './target-file.ts';

/** Somebody changed the file since it was read: start again from reading. */
export class FileChanged extends Error {}

/** A file of another program beside ours counts as one that it is writing for so long. In ms. */
const FRESH_MS = 1_000;
/** How long to let another program finish its write. In ms. */
const MOST_PATIENCE_MS = 250;

/**
 * Puts the complete file `temporary` (or, with null, nothing) in the place of the file that `snapshot` tells of. Names that begin
 * with `own` are this write's.
 *
 * Node has no system call that compares and renames at once, so a writer that ignores our lock can come between our last look and
 * the rename (D26). Four things keep that from harm: we let a writer finish that has its new file beside ours already; the file that
 * we replace is held by a second name, so that a writer in place gets back what it wrote; a last look lies directly before the
 * rename; and on Linux a witness tells whether somebody still came between. Then the swap is undone and an error says what happened.
 */
export async function swapFile(
  snapshot: FileSnapshot,
  temporary: string | null,
  own: string,
  platform: NodeJS.Platform,
): Promise<void> {
  const { path } = snapshot;
  const aside = `${own}.old.tmp`;
  if (platform === 'win32') {
    if (temporary === null) await rm(path);
    else await renameOnWindows(temporary, path);
  } else if (temporary === null) {
    await takeAway(snapshot, aside);
  } else if (snapshot.bytes === null) {
    createOnly(temporary, path);
  } else {
    const witness = platform === 'linux' ? RenameWitness.of(dirname(path)) : null;
    try {
      await replaceHeld(snapshot, temporary, aside, witness);
    } finally {
      witness?.close();
    }
  }
}

async function replaceHeld(
  snapshot: FileSnapshot,
  temporary: string,
  aside: string,
  witness: RenameWitness | null,
): Promise<void> {
  const { path } = snapshot;
  const ours = inodeOf(temporary);
  if (!hold(path, aside)) {
    renameSync(temporary, path);
    return;
  }
  try {
    if ((await hashOf(aside)) !== snapshot.hash) throw new FileChanged();
    // The last look, and from there to the rename no other work: each microsecond is one in which somebody can come between.
    for (let waited = 0; othersWrite(path, aside) && waited < MOST_PATIENCE_MS; waited += 5) await delay(5);
    if (inodeOf(path) !== inodeOf(aside)) throw new FileChanged();
    renameSync(temporary, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  const name = basename(path);
  const overwrote = (await witness?.cameBetween(name, basename(aside), basename(temporary))) ?? false;
  const intact = (await hashOf(aside)) === snapshot.hash;
  if (intact && !overwrote) {
    await rm(aside, { force: true });
    return;
  }
  const back = await putBack(path, aside, ours, intact);
  const overwroteAgain = back && (await witness?.cameBetween(name, basename(temporary), basename(aside), 1));
  if (overwrote || overwroteAgain) throw overwritten(path);
  throw new FileChanged();
}

/** Gives the file a second name; false where the file system has no hard links. */
function hold(path: string, aside: string): boolean {
  try {
    linkSync(path, aside);
    return true;
  } catch (error) {
    // Also what the system says of a file that is being replaced in this moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FileChanged();
    return false;
  }
}

/** Whether another program has just made a file of nearly this name: so do programs that are about to replace it. */
function othersWrite(path: string, aside: string): boolean {
  const folder = dirname(path);
  const name = basename(path);
  const own = basename(aside).replace(/\.old\.tmp$/, '');
  const since = Date.now() - FRESH_MS;
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (!entry.isFile() || entry.name === name || !entry.name.includes(name) || entry.name.startsWith(own))
      return false;
    const found = statSync(join(folder, entry.name), { throwIfNoEntry: false });
    return found !== undefined && found.mtimeMs > since;
  });
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

/** Deletes the file. It is moved away first and judged then: whatever was there, nothing is destroyed unseen. */
async function takeAway({ path, hash }: FileSnapshot, aside: string): Promise<void> {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FileChanged();
    throw error;
  }
  if ((await hashOf(aside)) === hash) {
    await rm(aside, { force: true });
    return;
  }
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw await keep(path, aside);
  }
  await rm(aside, { force: true });
  throw new FileChanged();
}

/**
 * Undoes the swap. When the other program has written again since, its newer file stays, and its former version is kept beside it
 * unless that is one that we have read (`intact`). True when the file got its name back.
 */
async function putBack(path: string, aside: string, ours: bigint | null, intact: boolean): Promise<boolean> {
  if (inodeOf(path) === ours) {
    renameSync(aside, path);
    return true;
  }
  if (!intact) throw await keep(path, aside);
  await rm(aside, { force: true });
  return false;
}

async function keep(path: string, aside: string): Promise<BerthError> {
  const kept = `${path}.kept-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(aside, kept);
  return new BerthError('conflict', `${path} was changed twice by another program while Berth wrote it.`, {
    hint: `Quit that program and look whether something is missing; what it wrote first is kept as ${kept}.`,
    details: { file: path, kept },
  });
}

function overwritten(path: string): BerthError {
  return new BerthError('conflict', `Another program replaced ${path} in the very moment in which Berth did.`, {
    hint: 'What that program changed last may be missing: look there and make the change again. Berth has taken its own back; quit the program, then try again.',
    details: { file: path, overwritten: true },
  });
}

async function hashOf(path: string): Promise<string | null> {
  return await readTarget(path).then(
    ({ hash }) => hash,
    // What cannot be read as text any more is not what was read before.
    () => null,
  );
}

function inodeOf(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
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
