import { randomUUID } from 'node:crypto';
import { BerthError } from '../../../contract/errors.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { Call, type CallEnd, type Sink } from './call.ts';
import type { ClientSession, ClientSessionOptions } from './client-session.ts';
import type { Endpoint } from './endpoint.ts';
import { decide, heldText, needsClaim, refusalText, type ToolClaim } from './guard.ts';
import { clientInfoOf, initializeAnswer } from './initialize-answer.ts';
import {
  classify,
  errorAnswer,
  failureAnswer,
  INVALID_PARAMS,
  INVALID_REQUEST,
  isRecord,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from './json-rpc.ts';
import type { Link } from './link.ts';
import { mcpLogLevels, reachesLevel } from './log-level.ts';
import type { EndedCall, GatewayTarget } from './ports.ts';
import { argumentsOf, toolCallProblem, toolOf } from './tool-call.ts';
import { listedTools } from './tool-claims.ts';

/** How often a call that was not sent yet follows a server that is replaced. */
const MAX_ATTEMPTS = 5;
/** How much of a name is told to those who keep it: clients may call tools by any. */
const MAX_NAME = 200;

export interface SessionOptions extends ClientSessionOptions {
  readonly endpoint: Endpoint;
}

/**
 * One client on one endpoint, whatever way its messages come. It is initialised from what the server said to Berth and outlives
 * the server's restarts. Answers go to the sink that came with the request, everything else to `push`.
 */
export class Session implements ClientSession {
  readonly client: string;
  /** Tells sessions apart where people read about them; it opens nothing. */
  readonly id = randomUUID().slice(0, 8);
  readonly subscriptions = new Set<string>();
  readonly #endpoint: Endpoint;
  readonly #push: (message: JsonRpcMessage) => void;
  readonly #onClose: () => void;
  readonly #calls = new Map<RequestId, Call>();
  #logLevel: string | null = null;
  #clientInfo: { name: string; version: string } | null = null;
  #initialized = false;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.#endpoint = options.endpoint;
    this.#push = options.push;
    this.#onClose = options.onClose ?? (() => {});
  }

  get slug(): string {
    return this.#endpoint.slug;
  }

  get initialized(): boolean {
    return this.#initialized;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get logLevel(): string | null {
    return this.#logLevel;
  }

  /** Takes one message of the client. Everything that goes wrong becomes an answer. The returned function takes a request back. */
  receive(value: unknown, sink: Sink): (reason: string) => void {
    const classified = classify(value);
    switch (classified.kind) {
      case 'request': {
        const call = this.#request(classified.message, sink);
        return (reason) => call?.cancel(reason);
      }
      case 'notification':
        this.#notification(classified.message);
        break;
      case 'answer':
        // Answers a request that Berth has refused for the client already (D21), or nothing at all.
        break;
      case 'batch':
        sink.answer(errorAnswer(null, INVALID_REQUEST, 'JSON-RPC batches are not part of this protocol version.'));
        break;
      case 'invalid':
        sink.answer(errorAnswer(null, INVALID_REQUEST, 'This is not a JSON-RPC 2.0 message.'));
        break;
    }
    return () => {};
  }

  /** Resolves when the server has taken what this session sent: back-pressure for who reads from the client. */
  async drained(): Promise<void> {
    await this.#endpoint.linkNow()?.backend.drained();
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
    if (message.method === 'notifications/message' && only?.link?.pending === 1) only.related(message);
    else this.#push(message);
  }

  /** Ends the session: the server is told that nobody waits for its calls. With a cause, the client gets it as their answer. */
  close(cause: BerthError | null = null): void {
    this.#endpoint.remove(this);
    for (const call of [...this.#calls.values()]) {
      if (cause) call.abandon(cause);
      else call.cancel('the client has gone');
    }
    if (cause) this.#onClose();
  }

  /** The call that was begun; null when it was answered at once. */
  #request(request: JsonRpcRequest, sink: Sink): Call | null {
    const problem = this.#problem(request);
    if (problem) {
      sink.answer(problem);
      return null;
    }
    const time = new Date().toISOString();
    const tool = toolOf(request);
    const served: Served = { context: null, guard: null, approval: null };
    const call = new Call(this.slug, request, sink, (_, end) => {
      this.#calls.delete(request.id);
      this.#record(request, end, { time, tool, ...served });
    });
    this.#calls.set(request.id, call);
    if (request.method === 'initialize') void this.#initialize(call);
    else {
      if (tool !== null) this.#seen();
      void this.#carry(call, tool, served);
    }
    return call;
  }

  #problem({ id, method, params }: JsonRpcRequest): JsonRpcMessage | null {
    if (method === 'initialize') {
      if (!isRecord(params) || typeof params['protocolVersion'] !== 'string') {
        return errorAnswer(id, INVALID_PARAMS, 'initialize needs the protocolVersion that the client speaks.');
      }
    } else if (!this.#initialized && method !== 'ping') {
      return errorAnswer(id, INVALID_REQUEST, `Send initialize before ${method}.`);
    }
    if (this.#calls.has(id))
      return errorAnswer(id, INVALID_REQUEST, 'A request with this id is already being answered.');
    if (this.#calls.size < this.#endpoint.limits.maxInFlight) return null;
    const text = `${this.#calls.size} requests of this session wait for their answers.`;
    return failureAnswer(id, new BerthError('refused', text, { hint: 'Wait for some of them.' }));
  }

  /** Brings a call to the backend. Between the guard's look and the send nothing waits, so what was decided is what happens. */
  async #carry(call: Call, tool: string | null, served: Served): Promise<void> {
    let approvedFor: string | null | undefined;
    try {
      if (call.request.method === 'ping' && !this.#endpoint.linkNow()) return call.settle({});
      const problem = tool === null ? null : toolCallProblem(call.request);
      if (problem !== null) {
        const text = `Berth refused this call of a tool: ${problem} Change it and call again.`;
        return call.refuse(text, new BerthError('refused', text));
      }
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const link = this.#endpoint.linkNow() ?? (await this.#endpoint.link(call.signal));
        const claim = tool === null ? null : await this.#claim(link, tool);
        if (call.ended) return;
        // Replaced meanwhile: nothing was sent yet, so the call belongs to the new one.
        if (claim === 'gone' || this.#endpoint.linkNow() !== link) continue;
        const { target } = this.#endpoint;
        served.context = target.context();
        if (tool === null) return this.#relay(call, link, target);
        const { level, rules, why } = target.guard();
        served.guard = level;
        // The guard was tightened meanwhile and now depends on what the server claims.
        if (claim === 'unasked' && needsClaim({ tool, level, rules })) continue;
        const args = argumentsOf(call.request);
        const verdict = decide({ tool, args, level, rules, claim: claim === 'unasked' ? null : claim });
        if (verdict.allow) return call.send(link, null);
        const place = { slug: this.slug, context: served.context, level, why };
        if (verdict.cause === 'ask') {
          // Meanwhile another context or guard may have come, so what was approved is looked at again.
          if (approvedFor === place.context) return call.send(link, null);
          const decision = await this.#ask(call, tool, args, place.context);
          if (call.ended) return;
          served.approval = decision;
          if (decision === 'approved') {
            approvedFor = place.context;
            continue;
          }
          const text = heldText(tool, place, decision);
          return call.refuse(text, new BerthError('refused', text));
        }
        const text = refusalText(tool, place, verdict);
        return call.refuse(text, new BerthError(verdict.cause === 'unknown-tool' ? 'not-found' : 'refused', text));
      }
      throw new BerthError('not-running', `The server ${this.slug} ends again and again.`, {
        hint: 'Look at its log in Berth.',
      });
    } catch (error) {
      call.fail(error);
    }
  }

  #ask(call: Call, tool: string, args: unknown, context: string | null) {
    const { client, slug } = this;
    return this.#endpoint.approver.ask({ slug, context, client, tool, args }, call.signal);
  }

  async #claim(link: Link, tool: string): Promise<ToolClaim | null | 'unasked' | 'gone'> {
    if (!needsClaim({ tool, ...this.#endpoint.target.guard() })) return 'unasked';
    try {
      return await this.#endpoint.claims(link).of(tool);
    } catch (error) {
      if (link.backend.closed) return 'gone';
      throw error;
    }
  }

  /** Sends what is no tool call, with what the shared server makes necessary. */
  #relay(call: Call, link: Link, target: GatewayTarget): void {
    const { method, params } = call.request;
    const values = isRecord(params) ? params : {};
    let rewrite: ((result: unknown) => unknown) | null = null;
    if (method === 'tools/list') {
      const { level, rules } = target.guard();
      rewrite = (result) => listedTools(result, level, rules);
    } else if (method === 'logging/setLevel' && mcpLogLevels.includes(textOf(values['level']))) {
      this.#logLevel = textOf(values['level']);
      call.request.params = { ...values, level: this.#endpoint.logLevel() };
    } else if (method === 'resources/subscribe' && typeof values['uri'] === 'string') {
      const uri = values['uri'];
      rewrite = (result) => {
        this.subscriptions.add(uri);
        return result;
      };
    } else if (method === 'resources/unsubscribe' && this.subscriptions.delete(textOf(values['uri']))) {
      // Another session still listens: the shared server must go on telling.
      if (this.#endpoint.isSubscribed(textOf(values['uri']))) {
        call.settle({});
        return;
      }
    }
    call.send(link, rewrite);
  }

  async #initialize(call: Call): Promise<void> {
    const params = isRecord(call.request.params) ? call.request.params : {};
    try {
      const { backend } = await this.#endpoint.link(call.signal);
      if (call.ended) return;
      const result = backend.initializeResult;
      this.#clientInfo = clientInfoOf(params['clientInfo']);
      this.#initialized = true;
      this.#endpoint.add(this);
      this.#seen();
      call.settle(initializeAnswer(params, result));
    } catch (error) {
      call.fail(error);
    }
  }

  #notification(notification: JsonRpcNotification): void {
    const params = isRecord(notification.params) ? notification.params : {};
    switch (notification.method) {
      case 'notifications/cancelled': {
        const call = this.#calls.get(params['requestId'] as RequestId);
        // A client must not cancel initialize: https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation
        if (call && call.request.method !== 'initialize')
          call.cancel(textOf(params['reason']) || 'the client cancelled it');
        return;
      }
      // Berth has initialised the server itself, and answers its requests for roots; its progress tokens are nobody's here.
      case 'notifications/initialized':
      case 'notifications/roots/list_changed':
      case 'notifications/progress':
        return;
      default:
        // A request that only lacks its id would pass the guard and could still be carried out by a careless server.
        if (!notification.method.startsWith('notifications/')) return;
        if (this.#initialized) this.#endpoint.linkNow()?.notify(notification);
    }
  }

  #seen(): void {
    this.#endpoint.events.onClientSeen({ slug: this.slug, client: this.client, clientInfo: this.#clientInfo });
  }

  #record(request: JsonRpcRequest, end: CallEnd, call: Served & { time: string; tool: string | null }): void {
    const { method } = request;
    if (method === 'ping' || method === 'initialize') return;
    const tool = call.tool?.slice(0, MAX_NAME) ?? null;
    this.#endpoint.events.onCall({
      ...call,
      slug: this.slug,
      client: this.client,
      session: this.id,
      clientInfo: this.#clientInfo,
      tool,
      method: method.slice(0, MAX_NAME),
      args: call.tool === null ? undefined : argumentsOf(request),
      ...end,
    });
  }
}

/** What was found when a call was handed over: null until then, the guard also for what it does not look at. */
interface Served {
  context: string | null;
  guard: GuardLevel | null;
  approval: EndedCall['approval'];
}

/** Empty for what is no text: an object may even refuse to become one. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
