import type { Agent, IncomingMessage } from 'node:http';
import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from './backend.ts';
import { ChannelTransport, HttpChannel, statusError } from './http-channel.ts';
import { mediaType, readBody } from './http-exchange.ts';
import { type SseEvent, SseParser } from './sse-parser.ts';
import { MAX_MESSAGE_BYTES, type McpTransport } from './transport.ts';

export interface SseTransportOptions {
  readonly url: URL;
  /** Sent with every request; no other credential ever is. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the URL's scheme: proxy and trust. It ends with the transport. */
  readonly agent: Agent;
  /** Until the server named where to post, in ms. */
  readonly timeoutMs: number;
  /** Cancels the opening. */
  readonly signal?: AbortSignal;
}

const ERROR_BODY_BYTES = 64 * 1024;

/**
 * HTTP+SSE of protocol version 2024-11-05 (https://modelcontextprotocol.io/specification/2024-11-05/basic/transports): one GET
 * stream for everything the server sends, beginning with where to POST. It closes when that stream ends.
 */
export class SseTransport extends ChannelTransport implements McpTransport {
  readonly #endpoint: URL;

  private constructor(channel: HttpChannel, endpoint: URL) {
    super(channel);
    this.#endpoint = endpoint;
  }

  /** Opens the stream. Rejects with a BerthError. */
  static async open(options: SseTransportOptions): Promise<SseTransport> {
    const channel = new HttpChannel(options.url, options.headers, options.agent);
    const late = new BerthError('timed-out', `${channel.url.host} did not say where to send messages.`);
    const timer = setTimeout(() => channel.close(late), options.timeoutMs);
    const cancel = () => channel.close(new BerthError('cancelled', 'The start was cancelled.'));
    options.signal?.addEventListener('abort', cancel, { once: true });
    if (options.signal?.aborted) cancel();
    try {
      const response = await channel.exchanger.send({
        method: 'GET',
        url: channel.url,
        headers: { ...channel.headers, accept: 'text/event-stream' },
        repeatable: true,
      });
      const status = response.statusCode ?? 0;
      if (status !== 200 || mediaType(response) !== 'text/event-stream') {
        const body = await readBody(response, ERROR_BODY_BYTES).catch(() => '');
        throw status === 200
          ? new BerthError('invalid-config', `${channel.url.href} is not an SSE endpoint of MCP.`)
          : statusError(status, channel.url, body);
      }
      return new SseTransport(channel, await readEndpoint(channel, response));
    } catch (error) {
      const reason = channel.closed ?? error;
      channel.close(late);
      throw reason;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  send(message: JsonRpcMessage): void {
    if (this.closed) throw this.closed;
    this.channel.track(this.#post(message));
  }

  drained(): Promise<void> {
    return this.channel.drained();
  }

  initialized(): void {
    // This transport says nothing about the version.
  }

  async close(reason: BerthError): Promise<void> {
    this.channel.close(reason);
  }

  /** Never rejects: a request that could not be sent is answered with the reason. */
  async #post(message: JsonRpcMessage): Promise<void> {
    try {
      const response = await this.channel.exchanger.send({
        method: 'POST',
        url: this.#endpoint,
        headers: { ...this.channel.headers, 'content-type': 'application/json' },
        body: JSON.stringify(message),
        repeatable: message.method !== 'tools/call',
      });
      const status = response.statusCode ?? 0;
      const body = await readBody(response, ERROR_BODY_BYTES);
      if (status < 200 || status >= 300) throw statusError(status, this.#endpoint, body);
    } catch (error) {
      const failure = error instanceof BerthError ? error : new BerthError('unreachable', (error as Error).message);
      if (message.method !== undefined && message.id !== undefined && message.id !== null) {
        this.channel.fail(message.id, failure);
      }
    }
  }
}

/** Reads the stream from now on; resolves with the address that its first event names. */
function readEndpoint(channel: HttpChannel, response: IncomingMessage): Promise<URL> {
  return new Promise((resolve, reject) => {
    channel.onClose(reject);
    const onEvent = ({ event, data }: SseEvent) => {
      if (event === 'message') channel.receive(data);
      if (event !== 'endpoint') return;
      const base = channel.url.href;
      const endpoint = URL.canParse(data, base) ? new URL(data, base) : null;
      // Else a server could have its headers, and what clients send, delivered to anybody.
      if (endpoint?.origin === channel.url.origin) resolve(endpoint);
      else channel.close(new BerthError('protocol', `${channel.url.host} wants messages sent to somebody else.`));
    };
    const parser = new SseParser(onEvent, MAX_MESSAGE_BYTES);
    response.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch {
        channel.close(
          new BerthError('too-large', `The server sent a message of more than ${MAX_MESSAGE_BYTES} bytes.`),
        );
      }
    });
    const ended = () => channel.close(new BerthError('unreachable', 'The server closed the connection.'));
    response.once('end', ended);
    response.once('error', ended);
  });
}
