import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';
import { nowhere } from './call.ts';
import type { SessionHost } from './client-session.ts';
import { shuttingDown } from './client-session.ts';
import { isModern } from './era.ts';
import { HttpRefusal } from './http-answers.ts';
import { readMessage, requireMessage, requireVersion } from './http-message.ts';
import { acceptedForms } from './http-rules.ts';
import { HttpSession } from './http-session.ts';
import { INVALID_REQUEST, SESSION_NOT_FOUND } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { ModernHttp } from './modern-http.ts';
import { PostSink } from './post-sink.ts';
import { SessionStore } from './session-store.ts';

const METHODS = 'GET, POST, DELETE';

/**
 * The Streamable HTTP transport with its sessions, behind all checks of who asks:
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class StreamableHttp implements Disposable {
  readonly #limits: GatewayLimits;
  readonly #sessions: SessionStore;
  readonly #modern: ModernHttp;
  readonly #sweep: NodeJS.Timeout;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
    this.#sessions = new SessionStore(limits);
    this.#modern = new ModernHttp(limits);
    this.#sweep = setInterval(() => {
      this.#sessions.sweep(Date.now());
      this.#modern.signsOfLife();
    }, limits.keepAliveMs);
    this.#sweep.unref();
  }

  /** Rejects with an HttpRefusal for what the protocol answers with a status. */
  async handle(
    endpoint: SessionHost,
    client: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    switch (request.method) {
      case 'POST':
        return this.#post(endpoint, client, request, response);
      case 'GET':
        requireVersion(request, null);
        if (!acceptedForms(request.headers.accept).events) throw new HttpRefusal(406, 'Accept text/event-stream.');
        this.#session(endpoint.slug, client, request).open(response);
        return;
      case 'DELETE':
        requireVersion(request, null);
        this.#sessions.remove(this.#session(endpoint.slug, client, request));
        response.writeHead(204).end();
        return;
      default:
        throw new HttpRefusal(405, `Use one of ${METHODS}.`, { headers: { allow: METHODS } });
    }
  }

  /** Ends what this client has open. */
  endClient(client: string, cause: BerthError): void {
    this.#sessions.removeOf(client, cause);
    this.#modern.end(cause, client);
  }

  dispose(): void {
    clearInterval(this.#sweep);
    const cause = shuttingDown();
    this.#sessions.clear(cause);
    this.#modern.end(cause);
  }

  async #post(
    endpoint: SessionHost,
    client: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const forms = acceptedForms(request.headers.accept);
    if (!forms.json && !forms.events) throw new HttpRefusal(406, 'Accept application/json and text/event-stream.');
    const value = await readMessage(request, this.#limits);
    if (value === undefined) return;
    const classified = requireMessage(value);
    if (classified.kind === 'request' && isModern(classified.message)) {
      this.#modern.handle({ endpoint, client, forms }, classified.message, request, response);
      return;
    }
    requireVersion(request, classified);
    if (classified.kind === 'request' && classified.message.method === 'initialize') {
      const session = new HttpSession(endpoint, client, (ended) => this.#sessions.remove(ended));
      const sink = new PostSink(response, forms, this.#limits, () => this.#keep(session));
      this.#exchange(session, value, sink, response);
      return;
    }
    const session = this.#session(endpoint.slug, client, request);
    session.touch();
    if (classified.kind !== 'request') {
      session.session.receive(value, nowhere);
      response.writeHead(202).end();
      return;
    }
    if (session.backlog > this.#limits.maxQueueBytes) {
      throw new HttpRefusal(503, 'This client does not read its answers.', { id: classified.message.id });
    }
    this.#exchange(session, value, new PostSink(response, forms, this.#limits), response);
  }

  /** Gives a request to its session and its answers to the response. A client that hangs up takes its request back. */
  #exchange(session: HttpSession, value: unknown, sink: PostSink, response: ServerResponse): void {
    session.hold(sink);
    const cancel = session.session.receive(value, sink);
    response.once('close', () => {
      session.release(sink);
      if (!response.writableFinished) cancel('the client closed the connection');
      // Nobody learnt the id of a session that was not kept.
      if (!this.#sessions.has(session)) session.close();
    });
  }

  /** Keeps a session from the moment its `initialize` is answered with a result; the headers that tell its id. */
  #keep(session: HttpSession): Readonly<Record<string, string>> {
    if (!session.session.initialized) return {};
    if (this.#sessions.add(session)) return { 'mcp-session-id': session.id };
    session.close();
    throw new HttpRefusal(503, 'Too many sessions are in use.');
  }

  #session(slug: string, client: string, request: IncomingMessage): HttpSession {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      throw new HttpRefusal(400, 'Send initialize first, then its Mcp-Session-Id with every request.', {
        code: INVALID_REQUEST,
      });
    }
    const session = this.#sessions.get(id, slug, client);
    if (session) return session;
    throw new HttpRefusal(404, 'Session not found: send initialize again.', { code: SESSION_NOT_FOUND });
  }
}
