import type { BerthError } from '../../../contract/errors.ts';
import { metaKeys, metaOf } from '../backend/modern-protocol.ts';
import type { Call, Sink } from './call.ts';
import { mayRepeat } from './carry.ts';
import type { Endpoint } from './endpoint.ts';
import { eraProblem } from './era.ts';
import { announcing, clientInfoOf } from './initialize.ts';
import { isRecord, type JsonRpcNotification, type JsonRpcRequest, type RequestId } from './json-rpc.ts';
import { Listening } from './listening.ts';
import { reachesLevel } from './log-level.ts';
import { planCall } from './plan-call.ts';
import type { GatewayTarget } from './ports.ts';
import { flightProblem } from './request-problems.ts';
import { listedTools } from './tool-claims.ts';

export interface ModernRequestsOptions {
  readonly endpoint: Endpoint;
  /** The client's id or its token's name. */
  readonly client: string;
  /** Tells its requests apart from those of others where people read about them. */
  readonly id: string;
}

/**
 * Requests of one client that say themselves what a session would know (MCP 2026-07-28): each goes to the server as it is, past the same
 * guard. https://modelcontextprotocol.io/specification/2026-07-28/basic
 */
export class ModernRequests {
  readonly #endpoint: Endpoint;
  readonly #client: string;
  readonly #id: string;
  readonly #calls = new Map<RequestId, Call | Listening>();

  constructor({ endpoint, client, id }: ModernRequestsOptions) {
    this.#endpoint = endpoint;
    this.#client = client;
    this.#id = id;
  }

  has(id: RequestId): boolean {
    return this.#calls.has(id);
  }

  /** Begins a request; the returned function takes it back. `headers` of the client mirror parameters. */
  receive(request: JsonRpcRequest, sink: Sink, headers?: Readonly<Record<string, string>>): (reason: string) => void {
    const problem = this.#problem(request);
    if (problem) {
      sink.answer(problem);
      return () => {};
    }
    const call =
      request.method === 'subscriptions/listen' ? this.#listen(request, sink) : this.#call(request, sink, headers);
    return (reason) => call.cancel(reason);
  }

  cancel(id: RequestId, reason: string): void {
    this.#calls.get(id)?.cancel(reason || 'the client cancelled it');
  }

  close(cause: BerthError | null = null): void {
    for (const call of [...this.#calls.values()]) {
      if (cause) call.abandon(cause);
      else call.cancel('the client has gone');
    }
  }

  #problem(request: JsonRpcRequest) {
    const { id } = request;
    const max = this.#endpoint.limits.maxInFlight;
    return eraProblem(request)?.answer(id) ?? flightProblem(id, this.#calls, { max, whose: 'client' });
  }

  #listen(request: JsonRpcRequest, sink: Sink): Listening {
    const endpoint = this.#endpoint;
    const onEnd = () => this.#calls.delete(request.id);
    const listening = new Listening({ request, sink, endpoint, way: endpoint.modern, onEnd });
    this.#calls.set(request.id, listening);
    void listening.begin();
    return listening;
  }

  #call(request: JsonRpcRequest, sink: Sink, headers: Readonly<Record<string, string>> | undefined): Call {
    const endpoint = this.#endpoint;
    const meta = metaOf(request);
    const caller = { client: this.#client, id: this.#id, clientInfo: clientInfoOf(meta[metaKeys.clientInfo]) };
    const { call, bring } = planCall({
      endpoint,
      caller,
      way: () => endpoint.modern,
      request,
      sink,
      headers,
      resultFields: { resultType: 'complete' },
      wants: (notification) => isWanted(notification, meta[metaKeys.logLevel]),
      relay: (sent, link, target) => sent.send(link, rewriteOf(request, target), mayRepeat(request.method)),
      onEnd: () => this.#calls.delete(request.id),
    });
    this.#calls.set(request.id, call);
    endpoint.events.onClientSeen({ slug: endpoint.slug, client: caller.client, clientInfo: caller.clientInfo });
    bring();
    return call;
  }
}

/** Log lines go to who has asked for them with this request. */
function isWanted({ method, params }: JsonRpcNotification, level: unknown): boolean {
  if (method !== 'notifications/message') return true;
  return typeof level === 'string' && reachesLevel(isRecord(params) ? params['level'] : undefined, level);
}

function rewriteOf({ method }: JsonRpcRequest, target: GatewayTarget): (result: unknown) => unknown {
  if (method === 'server/discover') return (result) => uncached(discovered(result));
  if (method !== 'tools/list') return uncached;
  const { level, rules } = target.guard();
  return (result) => uncached(listedTools(result, level, rules));
}

function discovered(result: unknown): unknown {
  if (!isRecord(result) || !isRecord(result['capabilities'])) return result;
  return { ...result, capabilities: announcing(result['capabilities']) };
}

/** After a context switch the same question has another answer, so no answer is good for later. */
function uncached(result: unknown): unknown {
  return isRecord(result) && typeof result['ttlMs'] === 'number' ? { ...result, ttlMs: 0 } : result;
}
