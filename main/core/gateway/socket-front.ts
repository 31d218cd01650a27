import type { Server, Socket } from 'node:net';
import type { Disposable } from '../dispose.ts';
import { listenPrivately } from '../private-socket.ts';
import { shuttingDown } from './client-session.ts';
import { SocketConnection, type SocketConnectionOptions } from './socket-connection.ts';

export interface SocketFrontOptions extends SocketConnectionOptions {
  readonly path: string;
}

/**
 * The door for the stdio bridge: a socket that only this user can reach, so that no token is needed. One line says which server and
 * who; after the answer, every line is a JSON-RPC message of one session.
 */
export class SocketFront implements Disposable {
  readonly #options: SocketFrontOptions;
  readonly #connections = new Set<SocketConnection>();
  #server: Server | null = null;

  constructor(options: SocketFrontOptions) {
    this.#options = options;
  }

  /** Rejects with `conflict` when another Berth answers there, `refused` when the folder is not this user's. */
  async listen(): Promise<void> {
    if (this.#server) return;
    this.#server = await listenPrivately(this.#options.path, (socket) => this.#accept(socket));
  }

  async dispose(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const connection of [...this.#connections]) {
      connection.end(shuttingDown());
    }
    await closed;
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#options.limits.maxSessions) {
      socket.destroy();
      return;
    }
    const connection = new SocketConnection(socket, this.#options);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }
}
