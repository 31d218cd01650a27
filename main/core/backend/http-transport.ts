import type { Agent, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from './backend.ts';
import { brokenConnection, ChannelTransport, HttpChannel, statusError } from './http-channel.ts';
import { mediaType, readBody, readEvents } from './http-exchange.ts';
import { SseParser } from './sse-parser.ts';
import { MAX_MESSAGE_BYTES, type McpTransport } from './transport.ts';

export interface HttpTransportOptions {
  readonly url: URL;
  /** Sent with every request; no other credential ever is. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the URL's scheme: proxy and trust. It ends with the transport. */
  readonly agent: Agent;
  readonly maxMessageBytes?: number;
}

const ERROR_BODY_BYTES = 64 * 1024;
const GOODBYE_MS = 1_000;
/** A broken stream is taken up again so often before the requests on it are given up. */
const RESUME_ATTEMPTS = 3;
const SHORTEST_RETRY_MS = 100;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Streamable HTTP towards a server (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports): a POST for each
 * message, answered as JSON or as a stream; a GET stream for what the server sends unasked; a DELETE at the end. It closes
 * when the server has lost the session.
 */
export class HttpTransport extends ChannelTransport implements McpTransport {
  readonly #maxBytes: number;
  #sessionId: string | null = null;
  #protocolVersion: string | null = null;

  constructor(options: HttpTransportOptions) {
    super(new HttpChannel(options.url, options.headers, options.agent));
    this.#maxBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  send(message: JsonRpcMessage): void {
    if (this.closed) throw this.closed;
    this.#post(message);
  }

  drained(): Promise<void> {
    return this.channel.drained();
  }

  initialized(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
    // After `notifications/initialized`, which is sent in the same turn.
    setImmediate(() => void this.#listen());
  }

  async close(reason: BerthError, goodbye = true): Promise<void> {
    if (this.closed) return;
    if (goodbye && this.#sessionId !== null) {
      await this.channel.exchanger
        .send({
          method: 'DELETE',
          url: this.channel.url,
          headers: this.#headers(),
          repeatable: true,
          timeoutMs: GOODBYE_MS,
        })
        .then(
          (response) => response.resume(),
          () => {
            // It has gone already, or does not want to hear it.
          },
        );
    }
    this.channel.close(reason);
  }

  /** Counts as under way until the server took a notification, or began to answer a request. */
  #post(message: JsonRpcMessage): void {
    const { id, method } = message;
    const request = method !== undefined && id !== undefined && id !== null ? id : null;
    const exchange = this.channel.exchanger.send({
      method: 'POST',
      url: this.channel.url,
      headers: {
        ...this.#headers(),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(message),
      repeatable: method !== 'tools/call',
    });
    const handled = exchange.then((response) => this.#answer(response, message, request));
    handled.catch((error: unknown) => {
      const failure = brokenConnection(error);
      if (request !== null) this.channel.fail(request, failure);
    });
    // Requests may take as long as they like; the order that matters is the one of notifications.
    if (request === null || method === 'initialize')
      this.channel.track(
        exchange.then(
          () => {},
          () => {},
        ),
      );
  }

  async #answer(response: IncomingMessage, message: JsonRpcMessage, request: string | number | null): Promise<void> {
    const status = response.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      const body = await readBody(response, ERROR_BODY_BYTES).catch(() => '');
      if (status === 404 && this.#sessionId !== null) return this.#loseSession();
      // Some servers put the answer into the body of a 4xx.
      if (this.channel.receive(body, (answer) => answer.id === request && request !== null).length > 0) return;
      throw statusError(status, this.channel.url, body);
    }
    if (message.method === 'initialize') this.#rememberSession(response);
    const type = mediaType(response);
    if (request === null || status === 202) {
      response.resume();
      if (request !== null)
        throw new BerthError('protocol', `The server took \`${message.method}\` without answering it.`);
      return;
    }
    if (type === 'text/event-stream') return this.#readAnswerStream(response, request);
    const body = await readBody(response, this.#maxBytes);
    if (!this.channel.receive(body).some((answer) => answer.id === request)) {
      throw new BerthError('protocol', `The server's answer to \`${message.method}\` is no JSON-RPC.`);
    }
  }

  #rememberSession(response: IncomingMessage): void {
    const session = response.headers['mcp-session-id'];
    if (typeof session === 'string' && session !== '') this.#sessionId = session;
  }

  /** Reads until the answer came; a stream that breaks before is resumed where the server numbers its events. */
  async #readAnswerStream(first: IncomingMessage, request: string | number): Promise<void> {
    let response = first;
    let lastEventId: string | null = null;
    for (let attempt = 0; ; attempt += 1) {
      const read = await this.#readStream(response, request, lastEventId);
      if (read.answered || this.closed) return;
      if (read.progressed) attempt = 0;
      lastEventId = read.lastEventId;
      if (lastEventId === null || attempt >= RESUME_ATTEMPTS) {
        throw new BerthError('unreachable', 'The server broke off before it answered.');
      }
      await sleep(read.retryMs ?? FIRST_RETRY_MS, undefined, { signal: this.channel.signal }).catch(() => {});
      response = await this.#get({ 'last-event-id': lastEventId });
      if (response.statusCode !== 200) {
        response.resume();
        throw new BerthError(
          'unreachable',
          'The server broke off before it answered and does not take the call up again.',
        );
      }
    }
  }

  /** The stream for what the server sends unasked. Many servers have none, which is fine. */
  async #listen(): Promise<void> {
    let lastEventId: string | null = null;
    let pause = FIRST_RETRY_MS;
    while (!this.closed) {
      try {
        const response = await this.#get(lastEventId === null ? {} : { 'last-event-id': lastEventId });
        const status = response.statusCode ?? 0;
        if (status === 200 && mediaType(response) === 'text/event-stream') {
          const opened = performance.now();
          const read = await this.#readStream(response, null, lastEventId);
          lastEventId = read.lastEventId;
          // A server that ends each stream at once would be asked every second, for weeks.
          if (read.progressed || performance.now() - opened > LONGEST_RETRY_MS) pause = FIRST_RETRY_MS;
          pause = Math.max(SHORTEST_RETRY_MS, read.retryMs ?? pause);
        } else {
          response.resume();
          if (status === 404 && this.#sessionId !== null) return this.#loseSession();
          if (status < 500) return;
        }
      } catch {
        // Nothing was lost that was asked for; it is tried again.
      }
      await sleep(pause, undefined, { signal: this.channel.signal }).catch(() => {});
      pause = Math.min(LONGEST_RETRY_MS, pause * 2);
    }
  }

  #get(headers: Record<string, string>): Promise<IncomingMessage> {
    return this.channel.exchanger.send({
      method: 'GET',
      url: this.channel.url,
      headers: { ...this.#headers(), accept: 'text/event-stream', ...headers },
      repeatable: true,
    });
  }

  async #readStream(response: IncomingMessage, request: string | number | null, lastEventId: string | null) {
    let answered = false;
    let progressed = false;
    const parser = new SseParser((event) => {
      if (event.event !== 'message') return;
      progressed = true;
      const messages = this.channel.receive(event.data, () => true, request);
      answered ||=
        request !== null && messages.some((message) => message.id === request && message.method === undefined);
    }, this.#maxBytes);
    parser.lastEventId = lastEventId;
    await readEvents(response, parser, this.#maxBytes);
    return { answered, progressed, lastEventId: parser.lastEventId, retryMs: parser.retryMs };
  }

  #headers(): Record<string, string> {
    return {
      ...this.channel.headers,
      ...(this.#protocolVersion === null ? {} : { 'mcp-protocol-version': this.#protocolVersion }),
      ...(this.#sessionId === null ? {} : { 'mcp-session-id': this.#sessionId }),
    };
  }

  #loseSession(): void {
    this.#sessionId = null;
    this.channel.close(new BerthError('unreachable', 'The server has lost the session: it was probably restarted.'));
  }
}
