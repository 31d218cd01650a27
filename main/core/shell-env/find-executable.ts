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
  const windows = platform === 'win32';
  const path = windows ? win32 : posix;
  const variable = (wanted: string) =>
    windows ? env[Object.keys(env).find((key) => key.toUpperCase() === wanted) ?? wanted] : env[wanted];
  const suffixes = windows ? windowsSuffixes(name, variable('PATHEXT')) : [''];
  for (const base of candidates(name, variable('PATH'), path)) {
    for (const suffix of suffixes) {
      if (await isExecutable(base + suffix, windows)) return base + suffix;
    }
  }
  return null;
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

async function isExecutable(file: string, windows: boolean): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    // Windows has no such bit: the ending decides.
    if (!windows) await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
