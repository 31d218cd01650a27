import type { CallInput, CallName, CallOutput } from './calls.ts';
import { BerthError } from './errors.ts';
import type { Connection, FrameToCore } from './frames.ts';
import { readFrameFromCore } from './read-frame.ts';
import type { StreamItem, StreamName, StreamParams } from './streams.ts';
import { CONTRACT_VERSION } from './version.ts';

export interface StreamHandlers<N extends StreamName> {
  onItem(item: StreamItem<N>): void;
  /** The core could not keep the reader supplied and left out this many items. */
  onDropped?(count: number): void;
  /** The stream is over: by itself (no error), by its source's error, or because the connection closed. */
  onEnd(error: BerthError | null): void;
}

export interface Subscription {
  cancel(): void;
}

/** A UI's side of the contract over any connection. Works in a browser and in Node. */
export class RpcClient {
  readonly #connection: Connection<FrameToCore, unknown>;
  readonly #calls = new Map<number, { resolve: (data: unknown) => void; reject: (error: BerthError) => void }>();
  readonly #streams = new Map<number, StreamHandlers<StreamName>>();
  readonly #closeListeners = new Set<(reason: string) => void>();
  #nextId = 1;
  #closed: string | null = null;

  constructor(connection: Connection<FrameToCore, unknown>) {
    this.#connection = connection;
    connection.onFrame = (raw) => this.#receive(raw);
    connection.onClose = (reason) => this.#close(reason);
  }

  /** Says hello; rejects with `protocol` when the core speaks another contract. */
  hello(who: string): Promise<CallOutput<'app.hello'>> {
    return this.call('app.hello', { contract: CONTRACT_VERSION, who });
  }

  call<N extends CallName>(
    method: N,
    ...[params, options]: undefined extends CallInput<N>
      ? [CallInput<N>?, { signal?: AbortSignal }?]
      : [CallInput<N>, { signal?: AbortSignal }?]
  ): Promise<CallOutput<N>> {
    if (this.#closed !== null) return Promise.reject(disconnected(this.#closed));
    const id = this.#nextId++;
    const result = new Promise<unknown>((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    const abort = () => {
      if (this.#calls.has(id)) this.#connection.send({ t: 'cancel', id });
    };
    if (options?.signal?.aborted) abort();
    options?.signal?.addEventListener('abort', abort, { once: true });
    this.#connection.send({ t: 'call', id, method, params });
    return result.finally(() => options?.signal?.removeEventListener('abort', abort)) as Promise<CallOutput<N>>;
  }

  subscribe<N extends StreamName>(stream: N, params: StreamParams<N>, handlers: StreamHandlers<N>): Subscription {
    if (this.#closed !== null) {
      handlers.onEnd(disconnected(this.#closed));
      return { cancel() {} };
    }
    const id = this.#nextId++;
    this.#streams.set(id, handlers as StreamHandlers<StreamName>);
    this.#connection.send({ t: 'subscribe', id, stream, params });
    return {
      cancel: () => {
        if (!this.#streams.delete(id) || this.#closed !== null) return;
        this.#connection.send({ t: 'cancel', id });
      },
    };
  }

  onClose(listener: (reason: string) => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  close(): void {
    this.#connection.close();
    this.#close('closed by this side');
  }

  #receive(raw: unknown): void {
    const frame = readFrameFromCore(raw);
    if (frame === null) {
      this.#breakOff('the core sent a frame that this contract does not know');
      return;
    }
    switch (frame.t) {
      case 'result':
        this.#settle(frame.id)?.resolve(frame.data);
        return;
      case 'failed':
        this.#settle(frame.id)?.reject(BerthError.from(frame.error));
        return;
      case 'item': {
        const handlers = this.#streams.get(frame.id);
        if (!handlers) return;
        if (frame.dropped) handlers.onDropped?.(frame.dropped);
        for (const item of frame.items) handlers.onItem(item as StreamItem<StreamName>);
        this.#connection.send({ t: 'ack', id: frame.id, seq: frame.seq });
        return;
      }
      case 'end': {
        const handlers = this.#streams.get(frame.id);
        this.#streams.delete(frame.id);
        handlers?.onEnd(frame.error ? BerthError.from(frame.error) : null);
        return;
      }
    }
  }

  #settle(id: number) {
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    return pending;
  }

  #breakOff(reason: string): void {
    this.#connection.close();
    this.#close(reason);
  }

  #close(reason: string): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    const error = disconnected(reason);
    for (const pending of this.#calls.values()) pending.reject(error);
    for (const handlers of this.#streams.values()) handlers.onEnd(error);
    this.#calls.clear();
    this.#streams.clear();
    for (const listener of this.#closeListeners) listener(reason);
  }
}

function disconnected(reason: string): BerthError {
  return new BerthError('not-running', `The connection to Berth is closed: ${reason}.`, { hint: 'Start Berth again.' });
}
