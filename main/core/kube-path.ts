import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BerthError } from '../../contract/errors.ts';

/** The absolute path of a kubeconfig file or folder that a user typed; `~` is the home folder. Rejects when it cannot be read. */
export async function addablePath(typed: string, home: string): Promise<string> {
  const path = typed.trim();
  const absolute = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(path);
  try {
    await access(absolute, constants.R_OK);
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BerthError(
      gone ? 'not-found' : 'invalid-argument',
      gone ? `There is nothing at ${absolute}.` : `${absolute} cannot be read.`,
      { hint: 'Give the path of a kubeconfig file, or of a folder with kubeconfig files.', cause: error },
    );
  }
  return absolute;
}

/** What kind of source an added path is. */
export async function addedOrigin(path: string): Promise<'added-file' | 'added-folder'> {
  return (await stat(path)).isDirectory() ? 'added-folder' : 'added-file';
}
