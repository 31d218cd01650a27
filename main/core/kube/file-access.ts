import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';

/** What reading kubeconfigs needs of the file system. Rejects with Node's errors. */
export interface FileAccess {
  stat(path: string): Promise<Stats>;
  lstat(path: string): Promise<Stats>;
  readdir(path: string): Promise<string[]>;
  readText(path: string): Promise<string>;
  realpath(path: string): Promise<string>;
}

/** For a process that has other things to do meanwhile. */
export const concurrentFiles: FileAccess = {
  stat: (path) => stat(path),
  lstat: (path) => lstat(path),
  readdir: (path) => readdir(path),
  readText: (path) => readFile(path, 'utf8'),
  realpath: (path) => realpath(path),
};

/** For a process that waits for the files anyway: without the way to other threads and back, which for small files takes longer than they do. */
export const immediateFiles: FileAccess = {
  stat: async (path) => statSync(path),
  lstat: async (path) => lstatSync(path),
  readdir: async (path) => readdirSync(path),
  readText: async (path) => readFileSync(path, 'utf8'),
  realpath: async (path) => realpathSync.native(path),
};
