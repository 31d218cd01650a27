import { randomUUID } from 'node:crypto';
import type { BerthError } from '../../../../contract/errors.ts';
import { ALL, type AllMode } from '../../../../contract/model/all.ts';
import type { JsonRpcMessage } from '../../backend/backend.ts';
import type { Sink } from '../call.ts';
import type { ClientSession, ClientSessionOptions } from '../client-session.ts';
import { isModern, onlyWithSessions } from '../era.ts';
import { clientInfoOf } from '../initialize.ts';
import {
  classify,
  errorAnswer,
  INVALID_REQUEST,
  isRecord,
  type JsonRpcNotification,
  type JsonRpcRequest,
  METHOD_NOT_FOUND,
  type RequestId,
} from '../json-rpc.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayEvents, GatewayTargets } from '../ports.ts';
import { negotiateVersion, relayedVersions } from '../protocol-versions.ts';
import { keptName } from '../record-call.ts';
import { flightProblem, noMessageAnswer, sessionProblem } from '../request-problems.ts';
import { Announcer } from './announcer.ts';
import { Errand } from './errand.ts';
import { instructionsText, serversText } from './instructions.ts';
import { type Hosts, Members } from './members.ts';
import { SharedRequests } from './shared-requests.ts';
import { ToolRequests } from './tool-requests.ts';

export interface AggregateSessionOptions extends ClientSessionOptions {
  readonly hosts: Hosts;
  readonly targets: GatewayTargets;
  readonly events: GatewayEvents;
  readonly limits: GatewayLimits;
  /** Of Berth. */
  readonly version: string;
  readonly mode: () => AllMode;
  readonly onEnd: (session: AggregateSession) => void;
}

/**
 * One client with all servers at once. It answers by itself what concerns them all, and carries the rest to a session of its own with
 * each server, where guard, approvals, audit and the switching of contexts are what they are on that server's endpoint.
 */
export class AggregateSession implements ClientSession {
  readonly slug = ALL;
  readonly client: string;
  readonly #id = randomUUID().slice(0, 8);
  readonly #options: AggregateSessionOptions;
  readonly #errands = new Map<RequestId, Errand>();
  readonly #announcer: Announcer;
  readonly #members: Members;
  readonly #tools: ToolRequests;
  readonly #shared: SharedRequests;
  #params: Readonly<Record<string, unknown>> = {};
  #clientInfo: { name: string; version: string } | null = null;
  #initialized = false;

  constructor(options: AggregateSessionOptions) {
    const { client, hosts, targets, events, limits, mode, push, idleMs = () => null } = options;
    this.client = client;
    this.#options = options;
    this.#announcer = new Announcer(push);
    this.#members = new Members({
      hosts,
      client,
      announcer: this.#announcer,
      push: (slug, message) => push(this.#shared.toClient(slug, message)),
      idleMs,
      listWaitMs: limits.listWaitMs,
    });
    this.#shared = new SharedRequests(this.#members);
    this.#tools = new ToolRequests({
      members: this.#members,
      targets,
      mode,
      servers: () => serversText(targets),
      record: (ended) =>
        events.onCall({
          ...ended,
          tool: ended.tool === null ? null : keptName(ended.tool),
          client,
          session: this.#id,
          clientInfo: this.#clientInfo,
          context: null,
          guard: null,
          approval: null,
          method: 'tools/call',
        }),
    });
  }

  get initialized(): boolean {
    return this.#initialized;
  }

  get inFlight(): number {
    return this.#errands.size;
  }

  receive(value: unknown, sink: Sink): (reason: string) => void {
    const classified = classify(value);
    switch (classified.kind) {
      case 'request': {
        // Some servers speak only versions with sessions, so all of them as one do.
        if (isModern(classified.message)) {
          sink.answer(onlyWithSessions(ALL).answer(classified.message.id));
          return () => {};
        }
        const errand = this.#request(classified.message, sink);
        return (reason) => errand?.cancel(reason);
      }
      case 'notification':
        this.#notification(classified.message);
        break;
      case 'answer':
        this.#members.answer(classified.message);
        break;
      default:
        sink.answer(noMessageAnswer(classified));
    }
    return () => {};
  }

  undelivered(message: JsonRpcMessage): void {
    this.#members.undelivered(message);
  }

  get mayRest(): boolean {
    return this.#errands.size === 0 && this.#members.mayRest;
  }

  rest(): Promise<void> {
    return this.#members.rest();
  }

  drained(): Promise<void> {
    return this.#members.drained();
  }

  /** A server has come up, was replaced, or has gone. */
  serverChanged(slug: string): void {
    if (this.#initialized) this.#members.changed(slug);
  }

  /** Other tools are shown now. */
  modeChanged(): void {
    if (this.#initialized) this.#announcer.changed('tools');
  }

  close(cause: BerthError | null = null): void {
    this.#options.onEnd(this);
    this.#announcer.dispose();
    // What is with a server ends there, and its answer comes through.
    this.#members.close(cause);
    for (const errand of [...this.#errands.values()]) {
      if (cause) errand.abandon(cause);
      else errand.cancel('the client has gone');
    }
    if (cause) this.#options.onClose?.();
  }

  #request(request: JsonRpcRequest, sink: Sink): Errand | null {
    const problem = this.#problem(request);
    if (problem) {
      sink.answer(problem);
      return null;
    }
    const errand = new Errand(request, sink, () => this.#errands.delete(request.id));
    this.#errands.set(request.id, errand);
    void this.#answer(errand);
    return errand;
  }

  #problem(request: JsonRpcRequest): JsonRpcMessage | null {
    const problem = sessionProblem(request, this.#initialized);
    if (problem) return problem;
    if (request.method === 'initialize' && this.#initialized)
      return errorAnswer(request.id, INVALID_REQUEST, 'This session is initialised already.');
    return flightProblem(request.id, this.#errands, { max: this.#options.limits.maxInFlight, whose: 'session' });
  }

  async #answer(errand: Errand): Promise<void> {
    const { id, method } = errand.request;
    const params = isRecord(errand.request.params) ? errand.request.params : {};
    const shared = Object.hasOwn(this.#shared.methods, method) ? this.#shared.methods[method] : undefined;
    try {
      if (method === 'initialize') return this.#initialize(errand, params);
      if (method !== 'ping') this.#members.begin(this.#params);
      if (method === 'ping') errand.settle({});
      else if (method === 'tools/list') await this.#tools.list(errand);
      else if (method === 'tools/call') {
        this.#seen();
        await this.#tools.call(errand);
      } else if (shared) await shared(errand, params);
      else errand.answer(errorAnswer(id, METHOD_NOT_FOUND, `Berth's endpoint of all servers has no method ${method}.`));
    } catch (error) {
      errand.fail(error);
    }
  }

  /** Waits for no server: which lists there are is not known before they are asked for. */
  #initialize(errand: Errand, params: Readonly<Record<string, unknown>>): void {
    const { version, mode, targets } = this.#options;
    this.#clientInfo = clientInfoOf(params['clientInfo']);
    this.#params = params;
    this.#initialized = true;
    this.#seen();
    errand.settle({
      protocolVersion: negotiateVersion(params['protocolVersion'], relayedVersions[0] ?? ''),
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      serverInfo: { name: 'berth', title: 'Berth: all servers', version },
      instructions: instructionsText(mode(), targets),
    });
  }

  #notification({ method, params }: JsonRpcNotification): void {
    // Servers may ask the client from then on, and not before.
    if (method === 'notifications/initialized' && this.#initialized) this.#members.begin(this.#params);
    else if (method === 'notifications/roots/list_changed') this.#members.notify({ jsonrpc: '2.0', method });
    if (method !== 'notifications/cancelled' || !isRecord(params)) return;
    const errand = this.#errands.get(params['requestId'] as RequestId);
    const reason = typeof params['reason'] === 'string' ? params['reason'] : '';
    if (errand && errand.request.method !== 'initialize') errand.cancel(reason || 'the client cancelled it');
  }

  #seen(): void {
    this.#options.events.onClientSeen({ slug: ALL, client: this.client, clientInfo: this.#clientInfo });
  }
}
