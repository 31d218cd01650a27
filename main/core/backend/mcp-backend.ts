import { randomUUID } from 'node:crypto';
import { errorInfoSchema } from '../../../contract/error-schema.ts';
import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import { Emitter } from '../emitter.ts';
import type { Backend, InitializeResult, JsonRpcMessage } from './backend.ts';
import type { McpTransport } from './transport.ts';

/** Ids of Berth's own requests begin so; answers to them are never passed on. Nobody else may use ids like these. */
export const OWN_ID_PREFIX = 'berth:';

/** More than any server says before it was asked anything. */
const MAX_EARLY = 256;

/** An initialised server, and what only its owner may do with it. */
export interface ConnectedBackend extends Backend {
  /** `performance.now()` when the last message came from the server: a clock that nobody sets. */
  readonly lastHeardAt: number;
  /** Resolves when the server answered anything at all; rejects with `timed-out` or why the channel is of no use. */
  ping(timeoutMs: number): Promise<void>;
  /** A request of Berth's own. Resolves with whatever the server answered, also an error; rejects as `ping` does. */
  ask(method: string, timeoutMs: number): Promise<JsonRpcMessage>;
  close(reason: BerthError): Promise<void>;
}

/** What a server is asked that is of no other use. */
interface LifeSign {
  readonly method: string;
  readonly params?: unknown;
}

export interface McpBackendOptions {
  /** Servers ask their client for its roots as soon as they are told that it is ready: what comes before anybody listens is kept. */
  readonly keepsEarly?: boolean;
  readonly lifeSign?: LifeSign;
}

/** The channel to a server, with requests of Berth's own among those of its clients. */
export class McpBackend implements ConnectedBackend {
  readonly id = randomUUID();
  readonly #transport: McpTransport;
  readonly #messages = new Emitter<JsonRpcMessage>();
  readonly #waiting = new Map<string, (message: JsonRpcMessage) => void>();
  readonly #subscription: { dispose(): void };
  #next = 1;

  initializeResult: InitializeResult = {
    protocolVersion: '',
    capabilities: {},
    serverInfo: { name: '', version: '' },
  };
  lastHeardAt = performance.now();
  readonly onMessage: Backend['onMessage'] = (listener) => {
    const subscription = this.#messages.event(listener);
    // Not in this turn: who subscribes is about to become ready for it.
    if (this.#early) queueMicrotask(() => this.#catchUp());
    return subscription;
  };
  readonly onClose: Backend['onClose'];
  /** What came before anybody listened; null where nobody is to hear it. */
  #early: JsonRpcMessage[] | null;

  readonly #lifeSign: LifeSign;

  constructor(transport: McpTransport, { keepsEarly = false, lifeSign = { method: 'ping' } }: McpBackendOptions = {}) {
    this.#transport = transport;
    this.#early = keepsEarly ? [] : null;
    this.#lifeSign = lifeSign;
    this.onClose = transport.onClose;
    this.#subscription = transport.onMessage((message) => this.#receive(message));
  }

  get closed(): BerthError | null {
    return this.#transport.closed;
  }

  send(message: JsonRpcMessage, headers?: Readonly<Record<string, string>>): void {
    this.#transport.send(message, headers);
  }

  drained(): Promise<void> {
    return this.#transport.drained();
  }

  close(reason: BerthError): Promise<void> {
    return this.#transport.close(reason);
  }

  detach(): void {
    this.#subscription.dispose();
  }

  async ping(timeoutMs: number): Promise<void> {
    await this.#ask(this.#lifeSign, timeoutMs);
  }

  ask(method: string, timeoutMs: number): Promise<JsonRpcMessage> {
    return this.#ask({ method }, timeoutMs);
  }

  async #ask({ method, params }: LifeSign, timeoutMs: number): Promise<JsonRpcMessage> {
    const answer = await this.request(method, params, { timeoutMs });
    const failure = transportFailure(answer);
    if (failure) throw BerthError.from(failure);
    return answer;
  }

  request(
    method: string,
    params: unknown,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<JsonRpcMessage> {
    const id = `${OWN_ID_PREFIX}${method}:${this.#next++}`;
    return new Promise((resolve, reject) => {
      const finish = (end: () => void) => {
        clearTimeout(timer);
        closing.dispose();
        options.signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(id);
        end();
      };
      const seconds = Math.round(options.timeoutMs / 100) / 10;
      const timer = setTimeout(
        () => finish(() => reject(new BerthError('timed-out', `No answer to \`${method}\` within ${seconds} s.`))),
        options.timeoutMs,
      );
      const closing = this.onClose((reason) => finish(() => reject(reason)));
      const onAbort = () => finish(() => reject(new BerthError('cancelled', 'The start was cancelled.')));
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, (message) => finish(() => resolve(message)));
      if (options.signal?.aborted) return onAbort();
      try {
        this.#transport.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
      } catch (error) {
        finish(() => reject(error));
      }
    });
  }

  #receive(message: JsonRpcMessage): void {
    if (!transportFailure(message)) this.lastHeardAt = performance.now();
    if (message.method === undefined && typeof message.id === 'string' && message.id.startsWith(OWN_ID_PREFIX)) {
      this.#waiting.get(message.id)?.(message);
      return;
    }
    if (message.method === 'ping' && message.id !== undefined && message.id !== null) {
      this.#answerPing(message.id);
      return;
    }
    if (this.#early && this.#early.length < MAX_EARLY) this.#early.push(message);
    else this.#messages.fire(message);
  }

  #catchUp(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const message of early) this.#messages.fire(message);
  }

  #answerPing(id: string | number): void {
    try {
      this.#transport.send({ jsonrpc: '2.0', id, result: {} });
    } catch {
      // The channel is closing, which its owner hears anyway.
    }
  }
}

/** Why the transport could not deliver, where an error answer was made by the transport and not by the server. */
export function transportFailure(message: JsonRpcMessage): ErrorInfo | null {
  if (message.error?.data === undefined) return null;
  const data = message.error?.data as { berth?: unknown } | undefined;
  const parsed = errorInfoSchema.safeParse(typeof data === 'object' && data !== null ? data.berth : undefined);
  return parsed.success ? parsed.data : null;
}
