import { connect } from 'node:net';
import { BerthError } from '../../contract/errors.ts';
import type { Connection, FrameToCore } from '../../contract/frames.ts';
import { RpcClient } from '../../contract/rpc-client.ts';
import { berthPaths } from '../core/paths.ts';
import { socketConnection } from '../core/rpc/socket-connection.ts';

/**
 * Connects to the core that runs for this user. Rejects with `not-running` when there is none, and with `refused` when its socket belongs
 * to somebody else.
 */
export async function connectCore(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<RpcClient> {
  return new RpcClient(await connectControl(berthPaths(env, platform).controlSocket));
}

/** Connects to the control socket at this path; `connectCore` finds it. Rejects as that does. */
export function connectControl(path: string): Promise<Connection<FrameToCore, unknown>> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (error: NodeJS.ErrnoException) => reject(explain(error, path));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socketConnection(socket, 'Berth has stopped'));
    });
  });
}

/** The error of every command that needs a running Berth and finds none. */
function notRunning(): BerthError {
  return new BerthError('not-running', 'Berth is not running.', {
    hint: 'Start it with `berth serve` or open the desktop app.',
  });
}

function explain(error: NodeJS.ErrnoException, path: string): BerthError {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR') return notRunning();
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new BerthError('refused', `The control socket ${path} belongs to another user.`, {
      hint: 'Run the command as the user whose Berth it is, or set BERTH_HOME to a folder of your own.',
    });
  }
  return new BerthError('internal', `Berth cannot be reached at ${path}: ${error.message}.`, { cause: error });
}
