import type { Server, Socket } from 'node:net';
import type { FrameFromCore } from '../../../contract/frames.ts';
import type { Disposable } from '../dispose.ts';
import { listenPrivately } from '../private-socket.ts';
import type { CoreConnection, Dispatcher } from './dispatcher.ts';
import { parseFrame } from './parse-frame.ts';

/** A frame that is larger than this is not one of ours. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Serves the contract as newline-delimited JSON on the control socket, for the `berth` command and a desktop that takes over. */
export class ControlSocket implements Disposable {
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
  }

  /** Rejects with `conflict` when another Berth of this user listens there. */
  static async listen(path: string, dispatcher: Dispatcher): Promise<ControlSocket> {
    const sockets = new Set<Socket>();
    const server = await listenPrivately(path, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      dispatcher.accept(socketConnection(socket));
    });
    return new ControlSocket(server, sockets);
  }

  dispose(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.end();
      setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, 500).unref();
    });
  }
}

function socketConnection(socket: Socket): CoreConnection {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const connection: CoreConnection = {
    send: (frame: FrameFromCore) => {
      if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
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
      if (line.trim() !== '') connection.onFrame(parseFrame(line));
    }
    if (rest.length > 0) pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_FRAME_BYTES) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.onClose('the other side hung up'));
  return connection;
}
