import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';
import type { ClientSession, SessionHost } from './client-session.ts';
import { shuttingDown } from './client-session.ts';
import { HttpRefusal } from './http-answers.ts';
import { readMessage, requireMessage, requireVersion } from './http-message.ts';
import { acceptedForms } from './http-rules.ts';
import { SESSION_NOT_FOUND } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { Outbound } from './outbound.ts';
import { eventHeaders, eventText, SIGN_OF_LIFE } from './sse.ts';

interface Stream {
  readonly session: ClientSession;
  readonly response: ServerResponse;
  readonly outbound: Outbound;
}

/**
 * The transport of the first protocol version, for clients that speak nothing newer: one stream for everything that comes, and POSTs for
 * what goes. A session lasts as long as its stream.
 * https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export class LegacySse implements Disposable {
  readonly #limits: GatewayLimits;
  readonly #streams = new Map<string, Stream>();
  readonly #pulse: NodeJS.Timeout;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
    this.#pulse = setInterval(() => this.#signsOfLife(), limits.keepAliveMs);
    this.#pulse.unref();
  }

  /** Opens a session's stream; its first event says where to post. Throws a refusal. */
  open(endpoint: SessionHost, client: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET') throw new HttpRefusal(405, 'Use GET.', { headers: { allow: 'GET' } });
    if (!acceptedForms(request.headers.accept).events) throw new HttpRefusal(406, 'Accept text/event-stream.');
    if (this.#streams.size >= this.#limits.maxSessions) throw new HttpRefusal(503, 'Too many sessions are in use.');
    const id = randomUUID();
    const outbound = new Outbound(response, this.#limits);
    const session = endpoint.open({
      client,
      push: (message) => outbound.carry(message, eventText(message)),
      onClose: () => response.end(),
    });
    this.#streams.set(id, { session, response, outbound });
    response.once('close', () => {
      this.#streams.delete(id);
      session.close();
    });
    response.writeHead(200, eventHeaders);
    response.write(`event: endpoint\ndata: /${endpoint.slug}/messages?sessionId=${id}\n\n`);
  }

  /** Takes one message of a session; its answer goes into the stream. Rejects with a refusal. */
  async post(endpoint: SessionHost, client: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw new HttpRefusal(405, 'Use POST.', { headers: { allow: 'POST' } });
    const stream = this.#stream(endpoint.slug, client, request);
    const value = await readMessage(request, this.#limits);
    if (value === undefined) return;
    requireVersion(request, requireMessage(value));
    const { session, outbound } = stream;
    session.receive(value, {
      related: (message) => outbound.carry(message, eventText(message)),
      answer: (message) => outbound.write(eventText(message)),
      end() {},
    });
    response.writeHead(202).end();
  }

  /** Ends what this client has open. */
  endClient(client: string, cause: BerthError): void {
    for (const { session, response } of [...this.#streams.values()]) {
      if (session.client !== client) continue;
      session.close(cause);
      response.end();
    }
  }

  dispose(): void {
    clearInterval(this.#pulse);
    const cause = shuttingDown();
    for (const { session, response } of [...this.#streams.values()]) {
      session.close(cause);
      response.end();
    }
  }

  /** A session id is no credential: it must be of this server and this client. */
  #stream(slug: string, client: string, request: IncomingMessage): Stream {
    const id = new URLSearchParams(request.url?.split('?', 2)[1] ?? '').get('sessionId') ?? '';
    const stream = this.#streams.get(id);
    if (stream && stream.session.slug === slug && stream.session.client === client) return stream;
    throw new HttpRefusal(404, 'Session not found: open the event stream again.', { code: SESSION_NOT_FOUND });
  }

  #signsOfLife(): void {
    for (const { outbound } of this.#streams.values()) outbound.offer(SIGN_OF_LIFE);
  }
}
