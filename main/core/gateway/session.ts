import { randomUUID } from 'node:crypto';
import type { BerthError } from '../../../contract/errors.ts';
import type { InitializeParams, JsonRpcMessage } from '../backend/backend.ts';
import { BesideWay } from './beside-way.ts';
import type { Call, Sink } from './call.ts';
import { mayRepeat } from './carry.ts';
import { ClientRequests } from './client-requests.ts';
import type { ClientSession, ClientSessionOptions } from './client-session.ts';
import { type Endpoint, restore, type Way } from './endpoint.ts';
import { isModern } from './era.ts';
import { clientInfoOf, initializeAnswer, initializeParams, wantsDedicated } from './initialize.ts';
import { classify, isRecord, type JsonRpcNotification, type JsonRpcRequest, type RequestId } from './json-rpc.ts';
import type { Link, PendingRequest } from './link.ts';
import { mcpLogLevels, reachesLevel } from './log-level.ts';
import { ModernRequests } from './modern-requests.ts';
import { planCall } from './plan-call.ts';
import type { GatewayTarget } from './ports.ts';
import { flightProblem, noMessageAnswer, sessionProblem } from './request-problems.ts';
import { listedTools } from './tool-claims.ts';

export interface SessionOptions extends ClientSessionOptions {
  readonly endpoint: Endpoint;
}

/**
 * One client on one endpoint, whatever way its messages come. It shares the server, or has one for itself (D21), and outlives the
 * server's restarts in both cases. Answers go to the sink that came with the request, everything else to `push`.
 */
export class Session implements ClientSession {
  readonly client: string;
  /** Tells sessions apart where people read about them; it opens nothing. */
  readonly id = randomUUID().slice(0, 8);
  readonly subscriptions = new Set<string>();
  readonly #endpoint: Endpoint;
  readonly #push: (message: JsonRpcMessage) => void;
  readonly #onClose: () => void;
  readonly #idleMs: () => number | null;
  readonly #calls = new Map<RequestId, Call>();
  readonly #asked: ClientRequests;
  /** Requests that need no session, and came all the same where one could be. */
  readonly #modern: ModernRequests;
  #way: Way;
  #dedicated: BesideWay | null = null;
  #logLevel: string | null = null;
  #clientInfo: { name: string; version: string } | null = null;
  #initialized = false;
  #closed = false;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.#endpoint = options.endpoint;
    this.#way = options.endpoint;
    this.#push = options.push;
    this.#onClose = options.onClose ?? (() => {});
    this.#idleMs = options.idleMs ?? (() => null);
    this.#modern = new ModernRequests({ endpoint: options.endpoint, client: options.client, id: this.id });
    this.#asked = new ClientRequests({
      prefix: `berth-${this.id}`,
      max: options.endpoint.limits.maxInFlight,
      deliver: (message, pending) => this.#deliver(message, pending),
    });
  }

  get slug(): string {
    return this.#endpoint.slug;
  }

  /** As the client gave it at `initialize`. */
  get clientInfo(): { name: string; version: string } | null {
    return this.#clientInfo;
  }

  get initialized(): boolean {
    return this.#initialized;
  }

  /** Whether it has a server for itself. */
  get isDedicated(): boolean {
    return this.#dedicated !== null;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get logLevel(): string | null {
    return this.#logLevel;
  }

  /** Takes one message of the client. Everything that goes wrong becomes an answer. The returned function takes a request back. */
  receive(value: unknown, sink: Sink, headers?: Readonly<Record<string, string>>): (reason: string) => void {
    const classified = classify(value);
    switch (classified.kind) {
      case 'request': {
        if (isModern(classified.message)) return this.#modern.receive(classified.message, sink, headers);
        const call = this.#request(classified.message, sink);
        return (reason) => call?.cancel(reason);
      }
      case 'notification':
        this.#notification(classified.message);
        break;
      case 'answer':
        this.#asked.answer(classified.message);
        break;
      default:
        sink.answer(noMessageAnswer(classified));
    }
    return () => {};
  }

  /** Resolves when the server has taken what this session sent: back-pressure for who reads from the client. */
  async drained(): Promise<void> {
    await this.#way.linkNow()?.backend.drained();
  }

  /** Whether this notification of the server concerns this session. Servers may announce a part of what was subscribed to. */
  wants({ method, params }: JsonRpcNotification): boolean {
    const values = isRecord(params) ? params : {};
    if (method === 'notifications/message') return reachesLevel(values['level'], this.#logLevel);
    if (method !== 'notifications/resources/updated') return true;
    return [...this.subscriptions].some((subscribed) => textOf(values['uri']).startsWith(subscribed));
  }

  push(message: JsonRpcMessage): void {
    if (!this.#initialized) return;
    const only = this.#calls.size === 1 ? [...this.#calls.values()][0] : undefined;
    // The protocol does not say which call a log line belongs to. With one call in flight on the whole server it is that one's.
    const belongs = message.method === 'notifications/message' && only?.link?.pending === 1;
    if (!belongs || !only.related(message)) this.#push(message);
  }

  /** A request of the server, which `push` was given, did not reach the client. */
  undelivered(message: JsonRpcMessage): void {
    this.#asked.undelivered(message, 'The client has no stream open on which it could be asked.');
  }

  /** For how long nobody has listened to this session and nothing was asked, in ms; null for one that is in use, or has no server to end. */
  restedMs(): number | null {
    return this.#dedicated?.isOpen && this.#calls.size === 0 ? this.#idleMs() : null;
  }

  /** Where everybody has a server for themselves, it is for what that remembers. */
  get mayRest(): boolean {
    return this.restedMs() !== null && this.#endpoint.target.sharing() !== 'dedicated';
  }

  /** Ends the server that this session has alone; it is opened again when it is needed. Resolves when it is gone. */
  async rest(): Promise<void> {
    await this.#dedicated?.rest();
  }

  /** Ends the session: the server is told that nobody waits for its calls. With a cause, the client gets it as their answer. */
  close(cause: BerthError | null = null): void {
    this.#closed = true;
    this.#endpoint.remove(this);
    for (const call of [...this.#calls.values()]) {
      if (cause) call.abandon(cause);
      else call.cancel('the client has gone');
    }
    this.#modern.close(cause);
    this.#dedicated?.dispose();
    if (cause) this.#onClose();
  }

  /** The call that was begun; null when it was answered at once. */
  #request(request: JsonRpcRequest, sink: Sink): Call | null {
    const problem = this.#problem(request);
    if (problem) {
      sink.answer(problem);
      return null;
    }
    const { call, tool, bring } = planCall({
      endpoint: this.#endpoint,
      caller: this,
      way: () => this.#way,
      request,
      sink,
      wants: (notification) => this.wants(notification),
      isAsking: () => this.#asked.pending > 0,
      relay: (sent, link, target) => this.#relay(sent, link, target),
      onEnd: () => this.#calls.delete(request.id),
    });
    this.#calls.set(request.id, call);
    if (request.method === 'initialize') {
      void this.#initialize(call);
      return call;
    }
    if (tool !== null) this.#seen();
    bring();
    if (this.#initialized) this.#asked.ready();
    return call;
  }

  #problem(request: JsonRpcRequest): JsonRpcMessage | null {
    const has = (id: RequestId) => this.#calls.has(id) || this.#modern.has(id);
    const { size } = this.#calls;
    return (
      sessionProblem(request, this.#initialized) ??
      flightProblem(request.id, { size, has }, { max: this.#endpoint.limits.maxInFlight, whose: 'session' })
    );
  }

  /** Sends what is no tool call, with what a shared server makes necessary. */
  #relay(call: Call, link: Link, target: GatewayTarget): void {
    const { method, params } = call.request;
    const values = isRecord(params) ? params : {};
    let rewrite: ((result: unknown) => unknown) | null = null;
    if (method === 'tools/list') {
      const { level, rules } = target.guard();
      rewrite = (result) => listedTools(result, level, rules);
    } else if (method === 'logging/setLevel' && mcpLogLevels.includes(textOf(values['level']))) {
      this.#logLevel = textOf(values['level']);
      if (!this.isDedicated) call.request.params = { ...values, level: this.#endpoint.logLevel() };
    } else if (method === 'resources/subscribe' && typeof values['uri'] === 'string') {
      const uri = values['uri'];
      rewrite = (result) => {
        this.subscriptions.add(uri);
        return result;
      };
    } else if (method === 'resources/unsubscribe' && this.subscriptions.delete(textOf(values['uri']))) {
      // Another session still listens: the shared server must go on telling.
      if (!this.isDedicated && this.#endpoint.isSubscribed(textOf(values['uri']))) {
        call.settle({});
        return;
      }
    }
    call.send(link, rewrite, mayRepeat(method));
  }

  async #initialize(call: Call): Promise<void> {
    const params = initializeParams(call.request.params);
    try {
      const own = this.#initialized ? false : wantsDedicated(this.#endpoint.target.sharing(), params.capabilities);
      if (own) this.#way = this.#dedicated = this.#open(params);
      const { backend } = await this.#way.link(call.signal);
      if (call.ended) return;
      this.#clientInfo = clientInfoOf(params.clientInfo);
      this.#initialized = true;
      this.#endpoint.add(this);
      this.#seen();
      call.settle(initializeAnswer(params, backend.initializeResult));
    } catch (error) {
      this.#shareAgain();
      call.fail(error);
    }
  }

  /** A server for this session alone, which is told what its client said. */
  #open(params: InitializeParams): BesideWay {
    const { client } = this;
    return new BesideWay({
      endpoint: this.#endpoint,
      open: (signal) => this.#endpoint.dedicate({ name: client, params }, signal),
      linkOptions: (link) => ({
        onNotification: (notification) => this.push(notification),
        asks: {
          onRequest: (request, pending) => this.#asked.ask(link(), request, pending),
          onWithdrawn: (id, withdrawn) => this.#asked.withdraw(link(), id, withdrawn),
        },
      }),
      onRenewed: (link) =>
        restore(link, { level: this.#logLevel, uris: this.subscriptions }, this.#endpoint.limits.backendWaitMs),
      onLost: (link) => this.#asked.lose(link),
    });
  }

  /** The server for this session alone did not come up: a client that says `initialize` again begins anew. */
  #shareAgain(): void {
    if (this.#initialized) return;
    this.#dedicated?.dispose();
    this.#dedicated = null;
    this.#way = this.#endpoint;
  }

  /** Brings to the client what the server asks: on the stream of the call that it belongs to, else of the newest that takes it, else with what comes unasked. */
  #deliver(message: JsonRpcMessage, pending?: PendingRequest): void {
    if (this.#closed || pending?.related?.(message)) return;
    if (![...this.#calls.values()].reverse().some((call) => call.related(message))) this.#push(message);
  }

  #notification(notification: JsonRpcNotification): void {
    const params = isRecord(notification.params) ? notification.params : {};
    switch (notification.method) {
      case 'notifications/cancelled': {
        const call = this.#calls.get(params['requestId'] as RequestId);
        this.#modern.cancel(params['requestId'] as RequestId, textOf(params['reason']));
        // A client must not cancel initialize: https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation
        if (call && call.request.method !== 'initialize')
          call.cancel(textOf(params['reason']) || 'the client cancelled it');
        return;
      }
      case 'notifications/initialized':
        // Berth has told the server so itself.
        if (this.#initialized) this.#asked.ready();
        return;
      case 'notifications/roots/list_changed':
      case 'notifications/progress':
        // They concern a server that asks this client. A shared one does not, and its progress tokens are the gateway's.
        if (this.isDedicated) this.#way.linkNow()?.notify(notification);
        return;
      default:
        // A request that only lacks its id would pass the guard and could still be carried out by a careless server.
        if (!notification.method.startsWith('notifications/')) return;
        if (this.#initialized) this.#way.linkNow()?.notify(notification);
    }
  }

  #seen(): void {
    this.#endpoint.events.onClientSeen({ slug: this.slug, client: this.client, clientInfo: this.#clientInfo });
  }
}

/** Empty for what is no text: an object may even refuse to become one. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
