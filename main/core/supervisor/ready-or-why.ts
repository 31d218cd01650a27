import { BerthError } from '../../../contract/errors.ts';
import type { ConnectedBackend } from '../backend/mcp-backend.ts';
import type { ServerRun } from './server-run.ts';

/** Waits until the run is ready. When it cannot be, or `signal` aborts, rejects with why after everything of it has gone. */
export async function readyOrWhy(run: ServerRun, signal?: AbortSignal): Promise<ConnectedBackend> {
  const cancel = () => void run.terminate();
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  try {
    return await run.ready;
  } catch {
    const end = await run.ended;
    throw signal?.aborted ? new BerthError('cancelled', 'The start was cancelled.') : BerthError.from(end.error);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
