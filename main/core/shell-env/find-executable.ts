import { access, constants, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { Environment } from './login-environment.ts';

const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/**
 * The absolute path of a program: a plain name is searched on PATH, an absolute path is checked, anything else is not found.
 * Relative folders on PATH are skipped: what they mean would depend on the working folder. On Windows PATHEXT applies.
 */
export async function findExecutable(
  name: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> {
  for (const path of namedFiles(name, env, platform)) {
    if (await isExecutable(path, platform === 'win32')) return path;
  }
  return null;
}

/** Where a file of this name could be, in the order that counts. */
function namedFiles(name: string, env: Environment, platform: NodeJS.Platform): string[] {
  const windows = platform === 'win32';
  const path = windows ? win32 : posix;
  const variable = (wanted: string) =>
    windows ? env[Object.keys(env).find((key) => key.toUpperCase() === wanted) ?? wanted] : env[wanted];
  const suffixes = windows ? windowsSuffixes(name, variable('PATHEXT')) : [''];
  return candidates(name, variable('PATH'), path).flatMap((base) => suffixes.map((suffix) => base + suffix));
}

/** A file that bears a program's name. */
export interface ProgramFile {
  readonly path: string;
  /** False: it is there, but this user may not execute it. */
  readonly executable: boolean;
}

/** All files on PATH that bear this name, in PATH's order, also those that may not be executed; an absolute path is checked. */
export async function programFiles(
  name: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<ProgramFile[]> {
  const found: ProgramFile[] = [];
  for (const path of namedFiles(name, env, platform)) {
    if (await isFile(path)) found.push({ path, executable: await isExecutable(path, platform === 'win32') });
  }
  return found;
}

function candidates(name: string, searchPath: string | undefined, path: typeof posix): string[] {
  if (path.isAbsolute(name)) return [name];
  if (name === '' || path.basename(name) !== name) return [];
  return (searchPath ?? '')
    .split(path.delimiter)
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name));
}

/** A name with one of the endings is taken as it is, too. */
function windowsSuffixes(name: string, pathext: string | undefined): string[] {
  const endings = (pathext || DEFAULT_PATHEXT).split(';').filter((ending) => ending.startsWith('.'));
  const complete = endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
  return complete ? ['', ...endings] : endings;
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isExecutable(file: string, windows: boolean): Promise<boolean> {
  if (!(await isFile(file))) return false;
  try {
    // Windows has no such bit: the ending decides.
    if (!windows) await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
