import type { Socket } from 'node:net';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import { allModeSchema } from '../../../contract/model/all.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { LineSplitter } from '../backend/line-splitter.ts';
import type { Sink } from './call.ts';
import type { ClientSession, SessionHost } from './client-session.ts';
import type { Endpoints } from './endpoints.ts';
import { asBerthError, errorAnswer, INVALID_REQUEST, isRecord, PARSE_ERROR } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { Outbound } from './outbound.ts';

/** Grows with every change that an older bridge would misread. */
export const BRIDGE_PROTOCOL = 1;

/** After so many bytes it is asked whether the server keeps up. */
const CHECK_BYTES = 64 * 1024;
const GOODBYE_MS = 500;

const helloSchema = z.object({
  berth: z.number().int(),
  slug: z.string().max(64),
  /** Advisory: who the bridge speaks for (D23). */
  client: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  /** Of all servers; without it, as the user has set it. */
  mode: allModeSchema.optional(),
});

export interface SocketConnectionOptions {
  readonly endpoints: Endpoints;
  readonly limits: GatewayLimits;
  /** Of Berth. */
  readonly version: string;
}

/** One bridge: a greeting, then a session's messages, one a line. A bridge that asks more than may be in flight is read later, not refused. */
export class SocketConnection {
  readonly #socket: Socket;
  readonly #options: SocketConnectionOptions;
  readonly #outbound: Outbound;
  readonly #handshake: NodeJS.Timeout;
  readonly #sink: Sink;
  /** Requests beyond what may be in flight, in their order. */
  #held: { value: Record<string, unknown>; bytes: number }[] = [];
  #heldBytes = 0;
  #session: ClientSession | null = null;
  #draining = false;
  #undrained = 0;

  constructor(socket: Socket, options: SocketConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outbound = new Outbound(socket, options.limits);
    this.#sink = {
      related: (message) => this.#outbound.carry(message, line(message)),
      answer: (message) => {
        const bytes = this.#outbound.write(line(message));
        this.#letGo();
        return bytes;
      },
      end: () => this.#letGo(),
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
      this.#drain(chunk.length);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(this.#handshake);
      this.#held = [];
      this.#session?.close();
    });
  }

  /** Answers what is in flight with the cause, and hangs up. */
  end(cause: BerthError): void {
    this.#held = [];
    this.#session?.close(cause);
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
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
    if (!this.#session) this.#greet(value);
    else if (isRecord(value) && isRequest(value) && (this.#held.length > 0 || this.#isFull(this.#session))) {
      this.#held.push({ value, bytes: text.length });
      this.#heldBytes += text.length;
    } else {
      if (isRecord(value) && value['method'] === 'notifications/cancelled') this.#takeBack(value);
      this.#session.receive(value, this.#sink);
    }
  }

  #greet(value: unknown): void {
    try {
      const { endpoint, client } = this.#wanted(value);
      clearTimeout(this.#handshake);
      this.#session = endpoint.open({
        client,
        push: (message) => this.#outbound.carry(message, line(message)),
        onClose: () => this.#socket.end(),
      });
      this.#outbound.write(`${JSON.stringify({ berth: BRIDGE_PROTOCOL, ok: true, version: this.#options.version })}\n`);
    } catch (error) {
      this.#refuse(asBerthError(error));
    }
  }

  /** What the first line asks for. Throws `protocol` or `not-found`. */
  #wanted(value: unknown): { endpoint: SessionHost; client: string } {
    const hello = helloSchema.safeParse(value);
    if (!hello.success) {
      throw new BerthError('protocol', 'The first line must say which server is wanted, and by whom.');
    }
    const { berth, slug, client, mode } = hello.data;
    if (berth !== BRIDGE_PROTOCOL) {
      const versions = `version ${berth} of Berth's socket, and Berth version ${BRIDGE_PROTOCOL}`;
      throw new BerthError('protocol', `This bridge speaks ${versions}.`, {
        hint: 'Install the client again from Berth, and restart it.',
      });
    }
    const endpoint = this.#options.endpoints.host(slug, mode ?? null);
    if (endpoint) return { endpoint, client };
    throw new BerthError('not-found', `There is no server ${slug} in Berth.`, {
      hint: 'Add it in Berth, or uninstall the entry from this client.',
    });
  }

  #refuse(error: BerthError): void {
    if (this.#session) {
      this.#outbound.write(line(errorAnswer(null, INVALID_REQUEST, error.message, { berth: error.toInfo() })));
    } else {
      this.#outbound.write(`${JSON.stringify({ berth: BRIDGE_PROTOCOL, ok: false, error: error.toInfo() })}\n`);
    }
    this.#socket.end();
  }

  #isFull(session: ClientSession): boolean {
    return session.inFlight >= this.#options.limits.maxInFlight;
  }

  /** A held request that the client cancels was never begun. */
  #takeBack({ params }: Record<string, unknown>): void {
    const id = isRecord(params) ? params['requestId'] : undefined;
    const index = this.#held.findIndex(({ value }) => value['id'] === id);
    const [taken] = index < 0 ? [] : this.#held.splice(index, 1);
    this.#heldBytes -= taken?.bytes ?? 0;
  }

  /** Something was answered: begins what was held. Not at once, since the answered call still counts. */
  #letGo(): void {
    if (this.#held.length === 0) return;
    queueMicrotask(() => {
      const session = this.#session;
      while (session && !this.#isFull(session)) {
        const next = this.#held.shift();
        if (!next) break;
        this.#heldBytes -= next.bytes;
        session.receive(next.value, this.#sink);
      }
      this.#flow();
    });
  }

  /** Lets the server take what was sent to it before more is read. */
  #drain(bytes: number): void {
    this.#undrained += bytes;
    if (this.#session && !this.#draining && this.#undrained >= CHECK_BYTES) {
      this.#undrained = 0;
      this.#draining = true;
      void this.#session.drained().then(() => {
        this.#draining = false;
        this.#flow();
      });
    }
    this.#flow();
  }

  /** Reads on, or not, as there is room. */
  #flow(): void {
    const full = this.#draining || this.#heldBytes > this.#options.limits.softQueueBytes;
    if (full !== this.#socket.isPaused()) {
      if (full) this.#socket.pause();
      else this.#socket.resume();
    }
  }
}

function isRequest(value: Record<string, unknown>): boolean {
  return value['method'] !== undefined && value['id'] !== undefined && value['method'] !== 'ping';
}

function line(message: JsonRpcMessage): string {
  return `${JSON.stringify(message)}\n`;
}
