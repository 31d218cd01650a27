import { connect, type Socket } from 'node:net';
import { BerthError } from '../../contract/errors.ts';
import type { Connection, FrameToCore } from '../../contract/frames.ts';

/** A frame that is larger than this is not one of Berth's. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/**
 * Connects to the running core's control socket. Rejects with `not-running` when nobody listens there, and with `refused`
 * when the socket belongs to somebody else.
 */
export function connectControl(path: string): Promise<Connection<FrameToCore, unknown>> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (error: NodeJS.ErrnoException) => reject(explain(error, path));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socketConnection(socket));
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

/** The client side of the contract over a connected socket: newline-delimited JSON. */
export function socketConnection(socket: Socket): Connection<FrameToCore, unknown> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const connection: Connection<FrameToCore, unknown> = {
    send: (frame) => {
      if (socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
    },
    close: () => socket.end(),
    onFrame: () => {},
    onClose: () => {},
  };
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
      connection.onFrame(parse(line));
    }
    if (rest.length === 0) return;
    pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_FRAME_BYTES) socket.destroy(new Error('a frame is too large'));
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.onClose('Berth has stopped'));
  return connection;
}

/** `null` for what is not JSON: the client refuses it as it refuses every frame that it does not know. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
