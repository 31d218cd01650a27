import type { Agent, IncomingMessage } from 'node:http';
import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from './backend.ts';
import { brokenConnection, ChannelTransport, HttpChannel, statusError } from './http-channel.ts';
import { mediaType, readBody, readEvents } from './http-exchange.ts';
import { requestHeaders } from './modern-protocol.ts';
import { SseParser } from './sse-parser.ts';
import { MAX_MESSAGE_BYTES, type McpTransport } from './transport.ts';

export interface ModernHttpTransportOptions {
  readonly url: URL;
  /** Sent with every request; no other credential ever is. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the URL's scheme: proxy and trust. It ends with the transport. */
  readonly agent: Agent;
}

const ERROR_BODY_BYTES = 1024 * 1024;

/**
 * Streamable HTTP without sessions (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http): every
 * request is a POST of its own, answered as JSON or as a stream that is its own. A request is taken back by breaking that off.
 */
export class ModernHttpTransport extends ChannelTransport implements McpTransport {
  readonly #underway = new Map<string | number, AbortController>();

  constructor(options: ModernHttpTransportOptions) {
    super(new HttpChannel(options.url, options.headers, options.agent));
  }

  send(message: JsonRpcMessage, headers: Readonly<Record<string, string>> = {}): void {
    if (this.closed) throw this.closed;
    const { id, method } = message;
    if (method === 'notifications/cancelled') this.#takeBack(message.params);
    // There is nothing else that a client says without asking, and nothing that it is asked.
    if (method === undefined || id === undefined || id === null) return;
    const abort = new AbortController();
    this.#underway.set(id, abort);
    this.#post(message, id, headers, abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.channel.fail(id, brokenConnection(error));
      })
      .finally(() => this.#underway.delete(id));
  }

  /** Requests may take as long as they like, and nothing else is sent. */
  async drained(): Promise<void> {}

  initialized(): void {
    // Each request says its version itself.
  }

  async close(reason: BerthError): Promise<void> {
    this.channel.close(reason);
  }

  #takeBack(params: unknown): void {
    const { requestId } = (params ?? {}) as { requestId?: unknown };
    if (typeof requestId === 'string' || typeof requestId === 'number') this.#underway.get(requestId)?.abort();
  }

  async #post(
    message: JsonRpcMessage,
    id: string | number,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { url, exchanger } = this.channel;
    const response = await exchanger.send({
      method: 'POST',
      url,
      headers: { ...this.channel.headers, ...headers, ...requestHeaders(message) },
      body: JSON.stringify(message),
      repeatable: message.method !== 'tools/call',
      signal,
    });
    if (mediaType(response) === 'text/event-stream') return this.#readStream(response, id);
    const status = response.statusCode ?? 0;
    const body = await readBody(response, status === 200 ? MAX_MESSAGE_BYTES : ERROR_BODY_BYTES);
    const answers = this.channel.receive(body, (answer) => answer.method === undefined && answer.id === id);
    if (answers.length > 0) return;
    if (status < 200 || status >= 300) throw statusError(status, url, body);
    throw new BerthError('protocol', `The server's answer to \`${message.method}\` is no JSON-RPC.`);
  }

  async #readStream(response: IncomingMessage, id: string | number): Promise<void> {
    let answered = false;
    const parser = new SseParser((event) => {
      if (event.event !== 'message' || answered) return;
      const messages = this.channel.receive(event.data, ({ method }) => method !== undefined || !answered, id);
      answered ||= messages.some((message) => message.id === id && message.method === undefined);
    }, MAX_MESSAGE_BYTES);
    await readEvents(response, parser, MAX_MESSAGE_BYTES);
    if (!answered) throw new BerthError('unreachable', 'The server broke off before it answered.');
  }
}
