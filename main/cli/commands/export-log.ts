import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import type { LogExportRequest } from '../../../contract/model/log.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { type CliIo, say } from '../cli-io.ts';

/**
 * Writes everything that is kept on disk and fits into a new file that only the user can read. Rejects with `already-exists` for a
 * file that is there, unless `force` is given: then it is replaced, but not before all has been written.
 */
export async function exportLog(
  io: CliIo,
  berth: RpcClient,
  request: LogExportRequest,
  { file, force }: { file: string; force: boolean },
): Promise<void> {
  const path = resolve(io.cwd, file);
  const written = force ? `${path}.${process.pid}.part` : path;
  const handle = await open(written, 'wx', 0o600).catch((error) => Promise.reject(explain(path, error)));
  let lines = 0;
  try {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const part = await berth.call('logs.export', { ...request, ...(cursor === undefined ? {} : { cursor }) });
      await handle.appendFile(part.text);
      lines += part.text.split('\n').length - 1;
      cursor = part.cursor;
    }
    await handle.close();
    if (force) await rename(written, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(written, { force: true });
    throw error instanceof BerthError ? error : explain(path, error as NodeJS.ErrnoException);
  }
  say(io, `${lines.toLocaleString('en')} ${lines === 1 ? 'line is' : 'lines are'} in ${path}.`);
}

function explain(path: string, error: NodeJS.ErrnoException): BerthError {
  if (error.code === 'EEXIST') {
    return new BerthError('already-exists', `${path} is there already.`, { hint: 'Replace it with --force.' });
  }
  return new BerthError('invalid-argument', `The log cannot be written to ${path}: ${error.message}.`);
}
