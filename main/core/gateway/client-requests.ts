import type { JsonRpcMessage } from '../backend/backend.ts';
import {
  errorAnswer,
  INTERNAL_ERROR,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from './json-rpc.ts';
import type { Link, PendingRequest } from './link.ts';

export interface ClientRequestsOptions {
  /** Begins every id, and no other session's: an answer that comes after a reconnection must not fit another question. */
  readonly prefix: string;
  /** So many may wait for their answers. */
  readonly max: number;
  /** Sends it to the client. `pending`: the client's own request that it belongs to, where that is known. */
  readonly deliver: (message: JsonRpcRequest | JsonRpcNotification, pending?: PendingRequest) => void;
}

/**
 * What a server asks the one client that it serves (sampling, elicitation, roots and whatever comes): each request gets an id of the
 * session's own, since the servers before and after a restart count from one again, and the answer finds its way back by it.
 */
export class ClientRequests {
  readonly #options: ClientRequestsOptions;
  readonly #pending = new Map<string, { readonly link: Link; readonly id: RequestId }>();
  /** What came before the client was ready to hear it; null from then on. */
  #early: Parameters<ClientRequestsOptions['deliver']>[] | null = [];
  #next = 1;

  constructor(options: ClientRequestsOptions) {
    this.#options = options;
  }

  /** The client listens from now on. */
  ready(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const told of early) this.#options.deliver(...told);
  }

  /** How many wait for the client's answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Passes a request on, or answers it with why it cannot be. */
  ask(link: Link, request: JsonRpcRequest, pending?: PendingRequest): void {
    const { max, prefix } = this.#options;
    if (this.#pending.size >= max) {
      link.reply(errorAnswer(request.id, INTERNAL_ERROR, `${max} requests wait for this client's answers.`));
      return;
    }
    const id = `${prefix}-${this.#next++}`;
    this.#pending.set(id, { link, id: request.id });
    this.#deliver({ ...request, id }, pending);
  }

  /** Brings the client's answer to the server that asked. One that nobody waits for is dropped. */
  answer(message: JsonRpcMessage): void {
    const pending = this.#take(message.id);
    pending?.link.reply({ ...message, id: pending.id });
  }

  /** The request could not be brought to the client. */
  undelivered({ id }: JsonRpcMessage, why: string): void {
    const pending = this.#take(id);
    pending?.link.reply(errorAnswer(pending.id, INTERNAL_ERROR, why));
  }

  /** The server does not want the answer any more. */
  withdraw(link: Link, requestId: RequestId, params: Readonly<Record<string, unknown>>): void {
    for (const [id, pending] of this.#pending) {
      if (pending.link !== link || pending.id !== requestId) continue;
      this.#pending.delete(id);
      this.#cancel({ ...params, requestId: id });
    }
  }

  /** The server is gone: nobody waits for its questions' answers. */
  lose(link: Link): void {
    for (const [id, pending] of this.#pending) {
      if (pending.link !== link) continue;
      this.#pending.delete(id);
      this.#cancel({ requestId: id, reason: 'the server that asked is gone' });
    }
  }

  #cancel(params: Record<string, unknown>): void {
    this.#deliver({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
  }

  #deliver(...told: Parameters<ClientRequestsOptions['deliver']>): void {
    if (this.#early) this.#early.push(told);
    else this.#options.deliver(...told);
  }

  #take(id: JsonRpcMessage['id']) {
    const pending = this.#pending.get(String(id));
    this.#pending.delete(String(id));
    return pending;
  }
}
