import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PlannedProcess } from '../presets/launch-plan.ts';

/**
 * Makes the server's private working folder (0700) and the files that it reads (0600, each replaced as a whole, since an older
 * run of the same server may still be reading it). Removing them is the business of who planned them.
 */
export async function prepareFiles(planned: PlannedProcess): Promise<void> {
  await mkdir(planned.cwd, { recursive: true, mode: 0o700 });
  await chmod(planned.cwd, 0o700);
  for (const file of planned.files) {
    await mkdir(dirname(file.path), { recursive: true, mode: 0o700 });
    const temporary = `${file.path}.${randomBytes(6).toString('hex')}.tmp`;
    await writeFile(temporary, file.content, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file.path);
  }
}
