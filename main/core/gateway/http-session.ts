import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import type { ClientSession, SessionHost } from './client-session.ts';
import type { GatewayLimits } from './limits.ts';
import { Outbound } from './outbound.ts';
import type { PostSink } from './post-sink.ts';
import { eventHeaders, eventText, SIGN_OF_LIFE } from './sse.ts';

/** Streams of one session beyond this are closed, oldest first: a client that reconnects may have left some half open. */
const MAX_STREAMS = 4;

/** A session over HTTP: its id, its open streams, and what waits for one. */
export class HttpSession {
  readonly id = randomUUID();
  readonly session: ClientSession;
  readonly #limits: GatewayLimits;
  readonly #streams: { response: ServerResponse; outbound: Outbound }[] = [];
  readonly #posts = new Set<PostSink>();
  readonly #waiting: { message: JsonRpcMessage; text: string }[] = [];
  #usedAt = Date.now();

  /** `onClose` is told when Berth ends the session by itself. */
  constructor(endpoint: SessionHost, client: string, onClose: (session: HttpSession) => void) {
    this.#limits = endpoint.limits;
    const push = (message: JsonRpcMessage) => this.#push(message);
    const idleMs = () => this.idleMs(Date.now());
    this.session = endpoint.open({ client, push, idleMs, onClose: () => onClose(this) });
  }

  /** ms since anything was open or asked; null while something is. */
  idleMs(now: number): number | null {
    return this.#streams.length > 0 || this.#posts.size > 0 ? null : now - this.#usedAt;
  }

  touch(): void {
    this.#usedAt = Date.now();
  }

  /** Takes a GET's response as a stream for what the server says by itself. */
  open(response: ServerResponse): void {
    const stream = { response, outbound: new Outbound(response, this.#limits) };
    response.writeHead(200, { ...eventHeaders, 'mcp-session-id': this.id });
    // Some clients count a stream as open only when something has come.
    response.write(SIGN_OF_LIFE);
    this.#streams.push(stream);
    response.once('close', () => {
      const index = this.#streams.indexOf(stream);
      if (index >= 0) this.#streams.splice(index, 1);
      this.touch();
    });
    while (this.#streams.length > MAX_STREAMS) this.#streams.shift()?.response.end();
    for (const { message, text } of this.#waiting.splice(0)) stream.outbound.carry(message, text);
  }

  /** Bytes of answers that the client has not taken yet. */
  get backlog(): number {
    let bytes = 0;
    for (const post of this.#posts) bytes += post.backlog;
    return bytes;
  }

  hold(post: PostSink): void {
    this.#posts.add(post);
  }

  release(post: PostSink): void {
    this.#posts.delete(post);
    this.touch();
  }

  signsOfLife(): void {
    for (const { outbound } of this.#streams) outbound.offer(SIGN_OF_LIFE);
    for (const post of this.#posts) post.signOfLife();
  }

  close(cause: BerthError | null = null): void {
    this.session.close(cause);
    for (const { response } of this.#streams.splice(0)) response.end();
    this.#waiting.length = 0;
  }

  /** Each message goes to one stream only, as the protocol says: the newest. Without one it waits, the oldest giving way. */
  #push(message: JsonRpcMessage): void {
    const newest = this.#streams.at(-1);
    if (newest) {
      if (!newest.outbound.carry(message, eventText(message))) this.#dropped(message);
      return;
    }
    const { method } = message;
    if (method?.endsWith('/list_changed') && this.#waiting.some((kept) => kept.message.method === method)) return;
    this.#waiting.push({ message, text: eventText(message) });
    while (
      this.#waiting.length > this.#limits.maxKeptNotifications ||
      this.#keptLength() > this.#limits.softQueueBytes
    ) {
      const oldest = this.#waiting.shift();
      if (oldest) this.#dropped(oldest.message);
    }
  }

  #dropped(message: JsonRpcMessage): void {
    if (message.id !== undefined) this.session.undelivered(message);
  }

  #keptLength(): number {
    return this.#waiting.reduce((sum, { text }) => sum + text.length, 0);
  }
}
