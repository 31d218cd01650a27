import type { Backend } from '../backend/backend.ts';
import type { ServerRun } from './server-run.ts';

/** Ends a run that another has replaced, when the calls that began on it have ended there. Never rejects. */
export async function retire(
  old: ServerRun,
  drain: (backend: Backend) => Promise<void>,
  onProblem: (text: string) => void,
): Promise<void> {
  try {
    if (old.backend && !old.backend.closed) await Promise.race([drain(old.backend), old.ended]);
  } catch (error) {
    onProblem(`Waiting for the old server's calls failed: ${(error as Error).message}`);
  }
  await old.terminate();
}
