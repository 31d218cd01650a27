import { BerthError } from '../../../contract/errors.ts';
import type { Backend, JsonRpcMessage } from '../backend/backend.ts';
import { metaKeys, metaOf } from '../backend/modern-protocol.ts';
import { relatedRequest } from '../backend/relation.ts';
import type { Disposable } from '../dispose.ts';
import type { Subscription } from '../emitter.ts';
import { carriable } from './carriable.ts';
import {
  errorAnswer,
  isRecord,
  type JsonRpcNotification,
  type JsonRpcRequest,
  METHOD_NOT_FOUND,
  type RequestId,
} from './json-rpc.ts';

/** One request that waits for its answer from a backend. */
export interface PendingRequest {
  onAnswer(answer: JsonRpcMessage): void;
  /** `notifications/progress` for this request, with the gateway's token. */
  onProgress(notification: JsonRpcNotification): void;
  /** Any other notification that belongs to this request, as far as can be told. */
  onRelated?(notification: JsonRpcNotification): void;
  /** Sends the client a message that belongs to this request. False when it cannot be sent this way. */
  related?(message: JsonRpcMessage): boolean;
  /** It listens for as long as its client likes: nobody waits for its end. */
  readonly isLasting?: boolean;
  /** The backend is gone; no answer will come. */
  onLost(cause: BerthError): void;
}

export interface LinkOptions {
  readonly backend: Backend;
  /** Everything that the server says by itself, apart from progress of requests. */
  readonly onNotification: (notification: JsonRpcNotification) => void;
  /** Takes what the server asks of the only client that it serves; absent where several share it, whose server is refused. */
  readonly asks?: ServerAsks;
  /** What the gateway's own requests carry in `_meta`; absent in versions of the protocol that have sessions. */
  readonly ownMeta?: Readonly<Record<string, unknown>>;
  /** The link is of no use any more; all its requests have been told. */
  readonly onClose: () => void;
}

/** Requests of a server to its client. */
export interface ServerAsks {
  /** `pending`: the request of the client that it certainly belongs to. */
  onRequest(request: JsonRpcRequest, pending: PendingRequest | undefined): void;
  /** The server takes that request back. `params` as it sent them. */
  onWithdrawn(id: RequestId, params: Readonly<Record<string, unknown>>): void;
}

/**
 * The gateway's side of one backend that sessions share, or that one has for itself: gives requests ids of its own, which also serve as progress
 * tokens, and leads answers, progress and cancellation back. Where several share it, requests of the server to a client are
 * refused, since nobody can tell which client they are for (D21).
 */
export class Link implements Disposable {
  readonly backend: Backend;
  readonly #options: LinkOptions;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #idle = new Set<() => void>();
  readonly #subscriptions: Subscription[];
  #nextId = 1;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.backend = options.backend;
    this.#subscriptions = [
      this.backend.onMessage((message) => this.#receive(message)),
      this.backend.onClose((cause) => this.#lose(cause)),
    ];
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Sends a request and answers its id here. `headers` mirror parameters. Throws a BerthError when the backend does not take it. */
  request(
    method: string,
    params: unknown,
    pending: PendingRequest,
    headers?: Readonly<Record<string, string>>,
  ): number {
    if (this.backend.closed) throw this.backend.closed;
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    try {
      const message: JsonRpcMessage = { jsonrpc: '2.0', id, method };
      if (params !== undefined) message.params = withToken(params, id);
      this.backend.send(message, headers);
    } catch (error) {
      this.#forget(id);
      throw error;
    }
    return id;
  }

  /** Tells the server that nobody waits for this request any more. Its answer, if one comes, is dropped. */
  cancel(id: number, reason: string): void {
    if (!this.#pending.has(id)) return;
    this.#forget(id);
    this.notify({ method: 'notifications/cancelled', params: { requestId: id, reason } });
  }

  /** Sends method and parameters and nothing else: a server might take another name, such as `Method`, for what it stands for. */
  notify({ method, params }: Pick<JsonRpcNotification, 'method' | 'params'>): void {
    try {
      if (!this.backend.closed)
        this.backend.send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });
    } catch {
      // A notification that cannot be sent has no one to be told: the channel is closing, or the server does not read.
    }
  }

  /** Answers a request of the server. What cannot be sent becomes an error in its place, so that the server does not wait for ever. */
  reply(answer: JsonRpcMessage): void {
    if (this.backend.closed) return;
    try {
      this.backend.send(carriable(answer) ?? answer);
    } catch {
      // The server does not read any more; it will not miss the answer.
    }
  }

  /** A request of the gateway's own. Rejects with a BerthError: `timed-out`, why the backend is gone, or `protocol` with the server's error. */
  ask(method: string, params: unknown, timeoutMs: number): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      const { ownMeta } = this.#options;
      const id = this.request(method, ownMeta ? { ...(params as object), _meta: ownMeta } : params, {
        onAnswer: (answer) =>
          settle(() => {
            if (isRecord(answer.result)) resolve(answer.result);
            else
              reject(
                new BerthError(
                  'protocol',
                  `The server answered ${method} with an error: ${answer.error?.message ?? 'no result'}`,
                ),
              );
          }),
        onProgress: () => {},
        onLost: (cause) => settle(() => reject(cause)),
      });
      const timer = setTimeout(() => {
        this.cancel(id, 'timed out');
        reject(new BerthError('timed-out', `The server did not answer ${method} within ${timeoutMs / 1000} s.`));
      }, timeoutMs);
    });
  }

  /** Resolves when no request waits any more, or after `timeoutMs`. */
  idle(timeoutMs: number): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#idle.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#idle.add(done);
    });
  }

  dispose(): void {
    this.#lose(new BerthError('not-running', 'Berth is shutting down.'));
  }

  #receive(received: JsonRpcMessage): void {
    const message = carriable(received);
    if (!message) return;
    const { id, method } = message;
    const related = relatedRequest(received);
    const belongs = typeof related === 'number' ? this.#pending.get(related) : undefined;
    if (method === undefined) {
      if (typeof id !== 'number') return;
      const pending = this.#pending.get(id);
      this.#forget(id);
      pending?.onAnswer(message);
      return;
    }
    if (id !== undefined && id !== null) {
      const { asks } = this.#options;
      if (asks) asks.onRequest(message as JsonRpcRequest, belongs);
      else this.#refuse(id, method);
      return;
    }
    const notification = message as JsonRpcNotification;
    if (method === 'notifications/progress') {
      const token = isRecord(message.params) ? message.params['progressToken'] : undefined;
      if (typeof token === 'number') this.#pending.get(token)?.onProgress(notification);
      return;
    }
    if (method === 'notifications/cancelled') {
      const params = isRecord(message.params) ? message.params : {};
      const requestId = params['requestId'];
      if (typeof requestId === 'string' || typeof requestId === 'number')
        this.#options.asks?.onWithdrawn(requestId, params);
      return;
    }
    const one = belongs ?? this.#listening(notification);
    const isModern = this.#options.ownMeta !== undefined;
    const isLog = method === 'notifications/message';
    if (one?.onRelated && (isModern || isLog)) one.onRelated(notification);
    // On a channel for all, nobody can tell which call a log line belongs to.
    else if (isModern && isLog) for (const pending of [...this.#pending.values()]) pending.onRelated?.(notification);
    else this.#options.onNotification(notification);
  }

  /** The request that opened the subscription by which a notification comes. */
  #listening(notification: JsonRpcNotification): PendingRequest | undefined {
    const id = metaOf(notification)[metaKeys.subscriptionId];
    return typeof id === 'number' ? this.#pending.get(id) : undefined;
  }

  #refuse(id: RequestId, method: string): void {
    const text = `Berth shares this server between AI clients, so ${method} cannot be passed on to one of them.`;
    this.reply(errorAnswer(id, METHOD_NOT_FOUND, text));
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#idle.size > 0 && this.#isIdle()) for (const done of [...this.#idle]) done();
  }

  #isIdle(): boolean {
    return [...this.#pending.values()].every(({ isLasting }) => isLasting === true);
  }

  #lose(cause: BerthError): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) pending.onLost(cause);
    for (const done of [...this.#idle]) done();
    this.#options.onClose();
  }
}

/** The same parameters with the gateway's id as progress token, where the client asked for progress. */
function withToken(params: unknown, id: number): unknown {
  if (!isRecord(params)) return params;
  const meta = params['_meta'];
  if (!isRecord(meta) || meta['progressToken'] === undefined) return params;
  return { ...params, _meta: { ...meta, progressToken: id } };
}
