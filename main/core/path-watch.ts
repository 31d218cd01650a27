import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Disposable } from './dispose.ts';

/** How long a burst of changes must be over before it is told, and how often to look without being told. In ms. */
export interface PathWatchTiming {
  readonly debounceMs: number;
  readonly pollMs: number;
}

/**
 * Tells that one of the watched files, or something in one of the watched folders, may have changed: written in place, replaced
 * by a rename, or reached through a link that now points elsewhere. It watches folders, since a watch on a file dies with its inode;
 * and looks by itself now and then, since file system watches end silently (network file systems, folders that were replaced, limits).
 */
export class PathWatch implements Disposable {
  readonly #onChange: () => void;
  readonly #timing: PathWatchTiming;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Folder → names in it that matter; null: all. */
  #wanted = new Map<string, Set<string> | null>();
  #paths: readonly string[] = [];
  #fingerprint = '';
  #debounce: NodeJS.Timeout | null = null;
  #firstUntold: number | null = null;
  #poll: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(onChange: () => void, timing: PathWatchTiming = { debounceMs: 100, pollMs: 5_000 }) {
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
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #arm(): Promise<void> {
    const wanted = await foldersToWatch(this.#paths);
    if (this.#disposed) return;
    this.#wanted = wanted;
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted.keys()) {
      if (!this.#watchers.has(folder)) this.#watchFolder(folder);
    }
  }

  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const names = this.#wanted.get(folder);
        if (names === undefined) return;
        // Without a name the platform does not say; a change of the folder itself carries its own name.
        if (name === null || names === null || names.has(name) || name === basename(folder)) this.#changed();
      });
      const drop = () => {
        watcher.close();
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
      };
      watcher.on('error', drop);
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder does not exist or cannot be watched: the poll sees to it and tries again.
    }
  }

  #changed(): void {
    if (this.#disposed) return;
    const now = Date.now();
    this.#firstUntold ??= now;
    if (this.#debounce) clearTimeout(this.#debounce);
    // A file that is written all the time must be told about too.
    const latest = this.#firstUntold + 10 * this.#timing.debounceMs;
    this.#debounce = setTimeout(
      () => {
        this.#debounce = null;
        this.#firstUntold = null;
        this.#onChange();
      },
      Math.max(0, Math.min(this.#timing.debounceMs, latest - now)),
    );
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
      // A folder that was replaced keeps its name and loses its watch.
      for (const watcher of this.#watchers.values()) watcher.close();
      this.#watchers.clear();
      await this.#arm();
      this.#changed();
    }
    this.#schedulePoll();
  }
}

async function foldersToWatch(paths: readonly string[]): Promise<Map<string, Set<string> | null>> {
  const folders = new Map<string, Set<string> | null>();
  const want = (path: string) => {
    const folder = dirname(path);
    const names = folders.get(folder);
    if (names === null) return;
    folders.set(folder, (names ?? new Set<string>()).add(basename(path)));
  };
  for (const path of paths) {
    for (const step of await linkSteps(path)) want(step);
    if (await isFolder(path)) folders.set(path, null);
  }
  return folders;
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

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
