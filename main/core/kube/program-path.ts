import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Absolute path of a program as a shell with this environment would find it; null when there is none. On Windows the
 * endings of PATHEXT are tried. A command that is a path already must be executable.
 */
export async function findProgram(command: string, env: Env, platform: NodeJS.Platform): Promise<string | null> {
  const windows = platform === 'win32';
  if (isAbsolute(command)) return await firstExecutable(withEndings(command, env, windows), windows);
  const path = (windows ? (env['Path'] ?? env['PATH']) : env['PATH']) ?? '';
  for (const folder of path.split(windows ? ';' : ':')) {
    // An empty element means the current folder, which is never where a login helper should come from.
    if (!isAbsolute(folder)) continue;
    const found = await firstExecutable(withEndings(join(folder, command), env, windows), windows);
    if (found !== null) return found;
  }
  return null;
}

function withEndings(path: string, env: Env, windows: boolean): string[] {
  if (!windows) return [path];
  const endings = (env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((ending) => ending !== '');
  return [path, ...endings.map((ending) => path + ending.toLowerCase())];
}

async function firstExecutable(paths: readonly string[], windows: boolean): Promise<string | null> {
  for (const path of paths) {
    const usable = await stat(path).then(
      (found) =>
        found.isFile() &&
        access(path, windows ? constants.F_OK : constants.X_OK).then(
          () => true,
          () => false,
        ),
      () => false,
    );
    if (usable) return path;
  }
  return null;
}
