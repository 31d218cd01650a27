import { connect, type Server, type Socket } from 'node:net';
import { type CallOutput, calls } from '../../../contract/calls.ts';
import { BerthError } from '../../../contract/errors.ts';
import type { FrameToCore } from '../../../contract/frames.ts';
import { CONTRACT_VERSION } from '../../../contract/version.ts';
import type { Disposable } from '../dispose.ts';
import { listenPrivately } from '../private-socket.ts';
import type { Dispatcher } from './dispatcher.ts';
import { socketConnection } from './socket-connection.ts';

/** What a caller that goes away leaves as reason. */
const FAREWELL = 'the other side hung up';

/**
 * Serves the contract as newline-delimited JSON on the control socket, for the `berth` command and a desktop that takes over.
 * Holding it is also what makes a Berth the only one of its user and home (D5): it is claimed before anything else is
 * touched, and callers that come early wait until `serve`.
 */
export class ControlSocket implements Disposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #early: Socket[] = [];
  #dispatcher: Dispatcher | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects with `conflict` that names the Berth that runs already. */
  static async claim(path: string): Promise<ControlSocket> {
    const early: Socket[] = [];
    let take = (socket: Socket) => {
      socket.on('error', () => socket.destroy());
      early.push(socket);
    };
    const server = await listenPrivately(path, (socket) => take(socket)).catch(async (error: unknown) => {
      throw error instanceof BerthError && error.code === 'conflict' ? await nameTheFirst(path, error) : error;
    });
    const claimed = new ControlSocket(server);
    take = (socket) => claimed.#take(socket);
    for (const socket of early) take(socket);
    return claimed;
  }

  serve(dispatcher: Dispatcher): void {
    this.#dispatcher = dispatcher;
    for (const socket of this.#early.splice(0)) dispatcher.accept(socketConnection(socket, FAREWELL));
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (this.#dispatcher) this.#dispatcher.accept(socketConnection(socket, FAREWELL));
    else this.#early.push(socket);
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

/** The same refusal, with who it is that runs, as far as it answers within two seconds. */
async function nameTheFirst(path: string, error: BerthError): Promise<BerthError> {
  const first = await hello(path);
  if (!first) return error;
  return new BerthError('conflict', `Berth ${first.version} is already running (${first.shell}, pid ${first.pid}).`, {
    hint: 'Show it with `berth open`, or end it with `berth quit`.',
    details: { pid: first.pid, shell: first.shell },
  });
}

function hello(path: string): Promise<CallOutput<'app.hello'> | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const connection = socketConnection<FrameToCore>(socket, FAREWELL);
    const finish = (answer: CallOutput<'app.hello'> | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), 2_000);
    connection.onFrame = (frame) => {
      const parsed = calls['app.hello'].output.safeParse((frame as { data?: unknown } | null)?.data);
      finish(parsed.success ? parsed.data : null);
    };
    connection.onClose = () => finish(null);
    connection.send({
      t: 'call',
      id: 1,
      method: 'app.hello',
      params: { contract: CONTRACT_VERSION, who: 'berth' },
    });
  });
}
