import { mkdir } from 'node:fs/promises';
import type { PlannedProcess } from '../presets/launch-plan.ts';
import { writePrivately } from '../private-file.ts';

/**
 * Makes the server's working folder (0700) if it is not there, and the files that it reads (0600, each replaced as a whole, since
 * an older run of the same server may still be reading it). A folder that exists keeps its permissions: it may be one that the
 * user chose. Removing files is the business of who planned them.
 */
export async function prepareFiles(planned: PlannedProcess): Promise<void> {
  await mkdir(planned.cwd, { recursive: true, mode: 0o700 });
  // They live no longer than the run, so nobody needs them after a power cut.
  for (const file of planned.files) await writePrivately(file.path, file.content, { lasting: false });
}
