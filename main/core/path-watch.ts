import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Disposable } from './dispose.ts';

/** How long a burst of changes must be over before it is told, and how often to look without being told. In ms. */
export interface PathWatchTiming {
  readonly debounceMs: number;
  readonly pollMs: number;
}

/** A change is told well within a second also when it is seen late in a burst; what no file system watch tells, within five. */
export const defaultPathWatchTiming: PathWatchTiming = { debounceMs: 100, pollMs: 5_000 };

/** A burst without end is told each time that so many debounce times have passed. */
const LONGEST_BURST = 5;

/** Links of one folder whose targets are watched; changes behind any more of them are found by looking. */
const MOST_LINKS = 200;

/** A watch, and which folder it really watches: it stays with that folder when another one takes the name. */
interface FolderWatch {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/**
 * Tells that one of the watched files, or something in one of the watched folders, may have changed: written in place, replaced
 * by a rename, reached through a link that now points elsewhere, or there at last. It watches folders, since a watch on a file dies with its
 * inode; and looks by itself now and then, since file system watches end silently (network file systems, folders that were replaced, limits).
 */
export class PathWatch implements Disposable {
  readonly #onChange: () => void;
  readonly #timing: PathWatchTiming;
  readonly #watchers = new Map<string, FolderWatch>();
  /** Folder → names in it that matter; null: all. */
  #wanted = new Map<string, Set<string> | null>();
  #paths: readonly string[] = [];
  #fingerprint = '';
  #debounce: NodeJS.Timeout | null = null;
  #firstUntold: number | null = null;
  #poll: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(onChange: () => void, timing: PathWatchTiming = defaultPathWatchTiming) {
    this.#onChange = onChange;
    this.#timing = timing;
  }

  /** Watches these paths from now on and no others; resolves when the watches stand. Paths need not exist. */
  async set(paths: readonly string[]): Promise<void> {
    this.#paths = [...new Set(paths)];
    await this.#arm();
    this.#fingerprint = await fingerprintOf(this.#paths);
    this.#schedulePoll();
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#debounce) clearTimeout(this.#debounce);
    if (this.#poll) clearTimeout(this.#poll);
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #arm(): Promise<void> {
    const wanted = await foldersToWatch(this.#paths);
    const identities = new Map(
      await Promise.all([...wanted.keys()].map(async (folder) => [folder, await identityOf(folder)] as const)),
    );
    if (this.#disposed) return;
    this.#wanted = wanted;
    for (const [folder, { watcher, identity }] of this.#watchers) {
      if (identities.get(folder) === identity) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const [folder, identity] of identities) {
      if (identity !== null && !this.#watchers.has(folder)) this.#watchFolder(folder, identity);
    }
  }

  #watchFolder(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const names = this.#wanted.get(folder);
        if (names === undefined) return;
        // Without a name the platform does not say; a change of the folder itself carries its own name.
        const itself = name === basename(folder);
        // It may be gone, and its inode may come again under the same name: a new watch is made before the change is told.
        if (itself) drop();
        if (itself || name === null || names === null || names.has(name)) this.#changed();
      });
      const drop = () => {
        watcher.close();
        if (this.#watchers.get(folder)?.watcher === watcher) this.#watchers.delete(folder);
      };
      watcher.on('error', drop);
      this.#watchers.set(folder, { watcher, identity });
    } catch {
      // The folder is gone again or cannot be watched: the poll sees to it and tries again.
    }
  }

  #changed(): void {
    if (this.#disposed) return;
    const now = Date.now();
    this.#firstUntold ??= now;
    if (this.#debounce) clearTimeout(this.#debounce);
    // A file that is written all the time must be told about too.
    const latest = this.#firstUntold + LONGEST_BURST * this.#timing.debounceMs;
    this.#debounce = setTimeout(
      () => {
        this.#debounce = null;
        this.#firstUntold = null;
        void this.#tell();
      },
      Math.max(0, Math.min(this.#timing.debounceMs, latest - now)),
    );
  }

  async #tell(): Promise<void> {
    await this.#arm();
    const paths = this.#paths;
    const fingerprint = await fingerprintOf(paths);
    if (this.#disposed) return;
    if (paths === this.#paths) this.#fingerprint = fingerprint;
    this.#onChange();
  }

  #schedulePoll(): void {
    if (this.#disposed) return;
    if (this.#poll) clearTimeout(this.#poll);
    this.#poll = setTimeout(() => void this.#look(), this.#timing.pollMs);
    this.#poll.unref();
  }

  async #look(): Promise<void> {
    const paths = this.#paths;
    const fingerprint = await fingerprintOf(paths);
    if (this.#disposed || paths !== this.#paths) return;
    if (fingerprint !== this.#fingerprint) {
      this.#fingerprint = fingerprint;
      // No watch told it, so none is trusted.
      for (const { watcher } of this.#watchers.values()) watcher.close();
      this.#watchers.clear();
      await this.#arm();
      this.#changed();
    }
    this.#schedulePoll();
  }
}

async function foldersToWatch(paths: readonly string[]): Promise<Map<string, Set<string> | null>> {
  const folders = new Map<string, Set<string> | null>();
  const found = await Promise.all(paths.map(async (path) => ({ path, ...(await placesToWatch(path)) })));
  for (const { path, places, whole } of found) {
    if (whole) folders.set(path, null);
    for (const place of places) {
      const names = folders.get(dirname(place));
      if (names !== null) folders.set(dirname(place), (names ?? new Set<string>()).add(basename(place)));
    }
  }
  return folders;
}

/** What may change so that the path leads to something else, and whether all that is in it counts. */
async function placesToWatch(path: string): Promise<{ places: string[]; whole: boolean }> {
  const steps = await linkSteps(path);
  const whole = await isFolder(path);
  const linked = whole ? await Promise.all((await linksIn(path)).map((link) => linkSteps(link))) : [];
  const places: string[] = [];
  for (const step of [...steps, ...linked.flat()]) places.push(step, ...(await whatReplacesFolderOf(step)));
  return { places, whole };
}

/** The folder that a file lies in, as its own parent sees it; while it is not there: the first part of its path that is missing. */
async function whatReplacesFolderOf(path: string): Promise<string[]> {
  let folder = dirname(path);
  while (dirname(folder) !== folder && !(await isFolder(dirname(folder)))) folder = dirname(folder);
  return dirname(folder) === folder ? [] : [folder];
}

async function linksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).slice(0, MOST_LINKS);
  return links.map((entry) => join(folder, entry.name));
}

/** The path itself, every link on the way to the file, and the file. */
async function linkSteps(path: string): Promise<string[]> {
  const steps = [path];
  const pending = [path];
  for (let followed = 0; pending.length > 0 && followed < 40; ) {
    const next = pending.pop() ?? path;
    for (const prefix of prefixesOf(next)) {
      const target = await lstat(prefix).then(
        (found) => (found.isSymbolicLink() ? readlink(prefix) : null),
        () => null,
      );
      if (target === null) continue;
      followed++;
      steps.push(prefix);
      pending.push(resolve(dirname(prefix), target) + next.slice(prefix.length));
      break;
    }
  }
  const file = await realpath(path).catch(() => null);
  if (file !== null) steps.push(file);
  return steps;
}

function prefixesOf(path: string): string[] {
  const prefixes: string[] = [];
  for (let current = path; dirname(current) !== current; current = dirname(current)) prefixes.unshift(current);
  return prefixes;
}

async function fingerprintOf(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const path of paths) {
    parts.push(await fingerprintOfFile(path));
    const names = await readdir(path).catch(() => []);
    for (const name of names.sort()) parts.push(name, await fingerprintOfFile(join(path, name)));
  }
  return parts.join('\n');
}

async function fingerprintOfFile(path: string): Promise<string> {
  return await stat(path).then(
    (found) => `${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`,
    (error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
  );
}

async function identityOf(folder: string): Promise<string | null> {
  return await stat(folder).then(
    (found) => (found.isDirectory() ? `${found.dev}:${found.ino}:${found.birthtimeMs}` : null),
    () => null,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
