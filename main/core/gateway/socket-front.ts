import type { Server, Socket } from 'node:net';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { LineSplitter } from '../backend/line-splitter.ts';
import type { Disposable } from '../dispose.ts';
import { listenPrivately } from '../private-socket.ts';
import type { Sink } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoints.ts';
import { errorAnswer, INVALID_REQUEST, PARSE_ERROR } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { Outbound } from './outbound.ts';
import { Session } from './session.ts';

/** After so many bytes it is asked whether the server keeps up. */
const CHECK_BYTES = 64 * 1024;

/** Grows with every change that an older bridge would misread. */
export const BRIDGE_PROTOCOL = 1;

const helloSchema = z.object({
  berth: z.number().int(),
  slug: z.string().max(64),
  /** Advisory: who the bridge speaks for (D23). */
  client: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
});

export interface SocketFrontOptions {
  readonly path: string;
  readonly endpoints: Endpoints;
  readonly limits: GatewayLimits;
  /** Of Berth. */
  readonly version: string;
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
      connection.end(new BerthError('not-running', 'Berth is shutting down.', { hint: 'Start it again.' }));
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

class SocketConnection {
  readonly #socket: Socket;
  readonly #options: SocketFrontOptions;
  readonly #outbound: Outbound;
  readonly #handshake: NodeJS.Timeout;
  readonly #sink: Sink;
  #session: Session | null = null;
  #paused = false;
  #draining = false;
  #unchecked = 0;

  constructor(socket: Socket, options: SocketFrontOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outbound = new Outbound(socket, options.limits);
    this.#sink = {
      related: (message) => this.#outbound.offer(line(message)),
      answer: (message) => {
        this.#outbound.write(line(message));
        this.#resume();
      },
      end: () => this.#resume(),
    };
    this.#handshake = setTimeout(() => socket.destroy(), options.limits.handshakeMs);
    const { maxMessageBytes } = options.limits;
    const splitter = new LineSplitter(
      { maxBytes: maxMessageBytes, headBytes: 0 },
      (text) => this.#line(text),
      () => this.#refuse(new BerthError('too-large', `The message is larger than ${maxMessageBytes} bytes.`)),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      this.#hold(chunk.length);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(this.#handshake);
      this.#session?.close();
    });
  }

  /** Answers what is in flight with the cause, and hangs up. */
  end(cause: BerthError): void {
    this.#session?.close(cause);
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 500).unref();
  }

  #line(text: string): void {
    if (this.#socket.destroyed) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      if (this.#session) this.#sink.answer(errorAnswer(null, PARSE_ERROR, 'This is not JSON.'));
      else this.#refuse(new BerthError('protocol', 'The first line must say which server is wanted.'));
      return;
    }
    if (this.#session) this.#session.receive(value, this.#sink);
    else this.#greet(value);
  }

  #greet(value: unknown): void {
    try {
      const { endpoint, client } = this.#wanted(value);
      clearTimeout(this.#handshake);
      this.#session = this.#open(endpoint, client);
      this.#outbound.write(`${JSON.stringify({ berth: BRIDGE_PROTOCOL, ok: true, version: this.#options.version })}\n`);
    } catch (error) {
      this.#refuse(error instanceof BerthError ? error : new BerthError('internal', String(error), { cause: error }));
    }
  }

  /** What the first line asks for. Throws `protocol` or `not-found`. */
  #wanted(value: unknown): { endpoint: Endpoint; client: string } {
    const hello = helloSchema.safeParse(value);
    if (!hello.success) {
      throw new BerthError('protocol', 'The first line must say which server is wanted, and by whom.');
    }
    const { berth, slug, client } = hello.data;
    if (berth !== BRIDGE_PROTOCOL) {
      const versions = `version ${berth} of Berth's socket, and Berth version ${BRIDGE_PROTOCOL}`;
      throw new BerthError('protocol', `This bridge speaks ${versions}.`, {
        hint: 'Install the client again from Berth, and restart it.',
      });
    }
    const endpoint = this.#options.endpoints.get(slug);
    if (endpoint) return { endpoint, client };
    throw new BerthError('not-found', `There is no server ${slug} in Berth.`, {
      hint: 'Add it in Berth, or uninstall the entry from this client.',
    });
  }

  #open(endpoint: Endpoint, client: string): Session {
    return new Session({
      endpoint,
      client,
      push: (message) => this.#outbound.offer(line(message)),
      onClose: () => this.#socket.end(),
    });
  }

  #refuse(error: BerthError): void {
    if (this.#session) this.#sink.answer(errorAnswer(null, INVALID_REQUEST, error.message, { berth: error.toInfo() }));
    else this.#outbound.write(`${JSON.stringify({ berth: BRIDGE_PROTOCOL, ok: false, error: error.toInfo() })}\n`);
    this.#socket.end();
  }

  /** Reads no further while the client has many answers to come, or while the server takes no more. */
  #hold(bytes: number): void {
    const session = this.#session;
    if (!session || this.#paused) return;
    this.#unchecked += bytes;
    if (this.#unchecked < CHECK_BYTES && !this.#isFull(session)) return;
    this.#unchecked = 0;
    this.#paused = true;
    this.#socket.pause();
    void session.drained().then(() => {
      this.#draining = false;
      this.#resume();
    });
    this.#draining = true;
  }

  #isFull(session: Session): boolean {
    return session.inFlight >= this.#options.limits.maxInFlight;
  }

  #resume(): void {
    if (!this.#paused || this.#draining || (this.#session && this.#isFull(this.#session))) return;
    this.#paused = false;
    this.#socket.resume();
  }
}

function line(message: JsonRpcMessage): string {
  return `${JSON.stringify(message)}\n`;
}
