import type { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { metaKeys } from '../backend/modern-protocol.ts';
import type { Sink } from './call.ts';
import type { Endpoint, Way } from './endpoint.ts';
import { thrownAnswer } from './era.ts';
import { isRecord, type JsonRpcNotification, type JsonRpcRequest } from './json-rpc.ts';
import type { Link, PendingRequest } from './link.ts';
import { type ListName, listChanged, lists } from './lists.ts';

/** The field of the filter that asks for the changes of a list. */
const fieldOf = (list: ListName) => `${list}ListChanged`;

export interface ListeningOptions {
  readonly request: JsonRpcRequest;
  readonly sink: Sink;
  readonly endpoint: Endpoint;
  readonly way: Way;
  /** Told once, before its last message goes out. */
  readonly onEnd: () => void;
}

/**
 * One `subscriptions/listen` of a client (https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions). It
 * outlives restarts and context switches of the server: Berth listens anew and says that the lists may have changed.
 */
export class Listening implements PendingRequest {
  readonly isLasting = true;
  readonly #options: ListeningOptions;
  readonly #abort = new AbortController();
  #sent: { link: Link; id: number } | null = null;
  /** What the server has agreed to tell; null until it did. */
  #honoured: Readonly<Record<string, unknown>> | null = null;
  #beginning = false;
  #ended = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async begin(): Promise<void> {
    if (this.#ended || this.#beginning) return;
    this.#beginning = true;
    const { request, way, endpoint } = this.#options;
    endpoint.hears(this);
    try {
      const link = await way.link(this.#abort.signal);
      if (this.#ended) return;
      const former = this.#sent;
      if (former?.link === link) return;
      this.#sent = { link, id: link.request(request.method, request.params, this) };
      former?.link.cancel(former.id, 'another server has taken its place');
    } catch (error) {
      // One that listened already waits until there is a server again.
      if (this.#honoured === null) this.#fail(error);
    } finally {
      this.#beginning = false;
    }
  }

  /** Another server answers from now on, or the same again. */
  renew(): void {
    void this.begin();
  }

  /** Other tools pass the guard now. */
  toolsChanged(): void {
    this.#announce(['tools']);
  }

  /** The client has hung up. */
  cancel(reason: string): void {
    if (this.#ended) return;
    this.#end();
    this.#sent?.link.cancel(this.#sent.id, reason);
    this.#options.sink.end();
  }

  /** Berth ends it. */
  abandon(cause: BerthError): void {
    if (this.#ended) return;
    this.#sent?.link.cancel(this.#sent.id, cause.message);
    this.#fail(cause);
  }

  onAnswer(answer: JsonRpcMessage): void {
    if (this.#ended) return;
    this.#end();
    const result = isRecord(answer.result) ? { result: this.#named(answer.result) } : {};
    this.#options.sink.answer({ ...answer, id: this.#options.request.id, ...result });
  }

  onProgress(): void {}

  onRelated(notification: JsonRpcNotification): void {
    if (this.#ended) return;
    const params = isRecord(notification.params) ? notification.params : {};
    if (notification.method === 'notifications/subscriptions/acknowledged') {
      const again = this.#honoured !== null;
      this.#honoured = isRecord(params['notifications']) ? params['notifications'] : {};
      if (again) {
        this.#announce(lists);
        return;
      }
    }
    this.#options.sink.related({ ...notification, params: this.#named(params) });
  }

  onLost(): void {
    queueMicrotask(() => this.renew());
  }

  #announce(changed: readonly ListName[]): void {
    for (const list of changed) {
      if (this.#honoured?.[fieldOf(list)] !== true) continue;
      this.#options.sink.related({ ...listChanged(list), params: this.#named({}) });
    }
  }

  /** With the client's own id of the subscription in place of the gateway's. */
  #named(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const meta = isRecord(values['_meta']) ? values['_meta'] : {};
    return { ...values, _meta: { ...meta, [metaKeys.subscriptionId]: this.#options.request.id } };
  }

  #fail(thrown: unknown): void {
    if (this.#ended) return;
    this.#end();
    const { request, sink } = this.#options;
    sink.answer(thrownAnswer(request.id, thrown));
  }

  #end(): void {
    this.#ended = true;
    this.#abort.abort();
    this.#options.endpoint.hearsNoMore(this);
    this.#options.onEnd();
  }
}
