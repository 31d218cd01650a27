import type { CallInput, CallName, CallOutput } from '../../contract/calls.ts';
import { BerthError, toErrorInfo } from '../../contract/errors.ts';
import { reduceStatus, type Status } from '../../contract/model/status.ts';
import { RpcClient, type StreamHandlers, type Subscription } from '../../contract/rpc-client.ts';
import type { StreamName, StreamParams } from '../../contract/streams.ts';
import type { Transport } from '../transport/transport.ts';
import { shareStructure } from './share-structure.ts';

export interface SessionState {
  /** `lost`: was or could not be connected and tries again by itself; `refused`: trying again is pointless. */
  readonly phase: 'connecting' | 'open' | 'lost' | 'refused';
  /** Why it is lost or refused. */
  readonly reason: string | null;
  /** The last known status; kept while the connection is lost. */
  readonly status: Status | null;
  /** Grows by one with each connection; streams are subscribed anew when it does. */
  readonly connection: number;
}

const FIRST_DELAY_MS = 300;
const MAX_DELAY_MS = 5000;

/** The window's connection to the core: one status subscription, kept up by reconnecting. */
export class Session {
  readonly #transport: Transport;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { phase: 'connecting', reason: null, status: null, connection: 0 };
  #client: RpcClient | null = null;
  #delay = FIRST_DELAY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  readonly state = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connects now; does nothing when connected or connecting. */
  connect(): void {
    clearTimeout(this.#timer);
    if (this.#client) return;
    const client = new RpcClient(this.#transport.open());
    this.#client = client;
    client.onClose((reason) => this.#lost(client, reason));
    client.hello('window').then(
      () => this.#opened(client),
      (error: unknown) => this.#unwelcome(client, error),
    );
  }

  /** Ends the connection for good. */
  close(): void {
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    client?.close();
  }

  call<N extends CallName>(name: N, params?: CallInput<N>, options?: { signal?: AbortSignal }): Promise<CallOutput<N>> {
    if (!this.#client) return Promise.reject(notConnected());
    const call = this.#client.call.bind(this.#client) as (
      method: N,
      input: CallInput<N> | undefined,
      more?: { signal?: AbortSignal },
    ) => Promise<CallOutput<N>>;
    return call(name, params, options);
  }

  stream<N extends StreamName>(name: N, params: StreamParams<N>, handlers: StreamHandlers<N>): Subscription {
    if (this.#client) return this.#client.subscribe(name, params, handlers);
    handlers.onEnd(notConnected());
    return { cancel() {} };
  }

  #opened(client: RpcClient): void {
    if (this.#client !== client) return;
    client.subscribe('status', undefined, {
      onItem: (event) => {
        this.#delay = FIRST_DELAY_MS;
        const status = shareStructure(this.#state.status, reduceStatus(this.#state.status, event));
        const first = this.#state.phase !== 'open';
        this.#set({
          phase: 'open',
          reason: null,
          status,
          connection: first ? this.#state.connection + 1 : this.#state.connection,
        });
      },
      // When the connection is gone as a whole, its own reason comes right after this and says more.
      onEnd: (error) => queueMicrotask(() => this.#lost(client, error?.message ?? 'the status stream ended')),
    });
  }

  /** Another contract on the other side: reconnecting cannot help, reloading the page does. */
  #unwelcome(client: RpcClient, error: unknown): void {
    const { code, message } = toErrorInfo(error);
    if (code !== 'protocol') {
      this.#lost(client, message);
      return;
    }
    if (this.#client !== client) return;
    this.#client = null;
    client.close();
    this.#set({ ...this.#state, phase: 'refused', reason: `${message} Reload this page.` });
  }

  #lost(client: RpcClient, reason: string): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.close();
    this.#set({ ...this.#state, phase: 'lost', reason });
    void this.#transport.whyHopeless().then((why) => {
      if (this.#client) return;
      if (why !== null) this.#set({ ...this.#state, phase: 'refused', reason: why });
      else this.#retryLater();
    });
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, MAX_DELAY_MS);
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function notConnected(): BerthError {
  return new BerthError('not-running', 'The window is not connected to Berth.', {
    hint: 'It connects again by itself as soon as Berth runs.',
  });
}
