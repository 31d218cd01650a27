import { chmod, lstat, mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { BerthError } from '../../contract/errors.ts';
import { withFileLock } from './file-lock.ts';

/**
 * Listens on a socket that only this user can reach: 0600 in a 0700 folder whose owner and mode are checked (Node offers no
 * peer credentials, D11). A named pipe on Windows. A socket file that nobody answers on is a leftover and is replaced; one that
 * answers is somebody's: rejects with `conflict`. Of several that come at the same moment one gets it.
 */
export async function listenPrivately(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  if (path.startsWith('\\\\')) return await listen(path, onConnection);
  await preparePrivateFolder(dirname(path));
  // Between looking whether a socket is a leftover and taking its place, nobody else may do the same.
  return await withFileLock(dirname(path), `${basename(path)}.lock`, async () => {
    if (await answers(path)) {
      throw new BerthError('conflict', `Another Berth of this user is listening on ${path}.`, {
        hint: 'Use the running one, or end it with `berth quit`.',
      });
    }
    await rm(path, { force: true });
    const server = await listen(path, onConnection);
    await chmod(path, 0o600);
    return server;
  });
}

async function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, path)));
    server.listen(path, () => resolve());
  });
  return server;
}

/**
 * Creates the folder 0700, or checks that an existing one is a folder of this user, and lets nobody else enter it. `mayBeLink`:
 * for folders below the user's own, which people keep elsewhere and link to; in a shared one a link could be anybody's.
 */
export async function preparePrivateFolder(folder: string, { mayBeLink = false } = {}): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await (mayBeLink ? stat(folder) : lstat(folder));
  const uid = process.getuid?.();
  if (!stats.isDirectory() || (uid !== undefined && stats.uid !== uid)) {
    throw new BerthError('refused', `${folder} is not a folder of this user.`, {
      hint: 'Somebody else made it. Remove it, or set BERTH_HOME to a folder of your own.',
    });
  }
  if (uid !== undefined && (stats.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** Whether somebody accepts connections on this socket; one that is too busy to do so now counts too. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => done(!nobodyThere.has(code)));
  });
}

const nobodyThere: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK']);

function listenError(error: NodeJS.ErrnoException, path: string): BerthError {
  if (error.code === 'EADDRINUSE') return new BerthError('conflict', `${path} is in use.`, { cause: error });
  return new BerthError('internal', `Berth cannot listen on ${path}: ${error.message}.`, { cause: error });
}
