import { randomUUID } from 'node:crypto';
import { errorInfoSchema } from '../../../contract/error-schema.ts';
import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import { Emitter } from '../emitter.ts';
import type { Backend, InitializeParams, InitializeResult, JsonRpcMessage } from './backend.ts';
import type { McpTransport } from './transport.ts';

/** The version that Berth asks for, and those that it can relay: https://modelcontextprotocol.io/specification/versioning */
export const PROTOCOL_VERSION = '2025-11-25';
const KNOWN_VERSIONS: readonly string[] = [PROTOCOL_VERSION, '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

/** Ids of Berth's own requests begin so; answers to them are never passed on. Nobody else may use ids like these. */
export const OWN_ID_PREFIX = 'berth:';

const ACKNOWLEDGE_MS = 2_000;
/** More than any server says before it was asked anything. */
const MAX_EARLY = 256;

export interface ConnectOptions {
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** What a client of Berth has said in its `initialize`, for a backend that serves this client alone. Absent: Berth speaks for itself. */
  readonly onBehalfOf?: InitializeParams | undefined;
  /** Until `initialize` is answered, in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

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

/**
 * Says `initialize` and `notifications/initialized`. Rejects with a BerthError: `timed-out`, `cancelled`, `protocol`, why the
 * transport failed, or what the server answered. The transport is left open then; closing it is the caller's business.
 */
export async function connect(transport: McpTransport, options: ConnectOptions): Promise<ConnectedBackend> {
  const backend = new McpBackend(transport, options.onBehalfOf !== undefined);
  try {
    const { clientInfo, onBehalfOf } = options;
    const own = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: { ...clientInfo } };
    const answer = await backend.request('initialize', onBehalfOf ?? own, options);
    const result = readInitializeResult(answer);
    transport.initialized(result.protocolVersion);
    transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    // Some servers take their time to acknowledge it; requests may follow all the same.
    await within(ACKNOWLEDGE_MS, transport.drained(), options.signal);
    if (options.signal?.aborted) throw new BerthError('cancelled', 'The start was cancelled.');
    if (transport.closed) throw transport.closed;
    backend.initializeResult = result;
    return backend;
  } catch (error) {
    backend.detach();
    throw error;
  }
}

class McpBackend implements ConnectedBackend {
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

  /** `keepsEarly`: servers ask their client for its roots as soon as they are told that it is ready. */
  constructor(transport: McpTransport, keepsEarly: boolean) {
    this.#transport = transport;
    this.#early = keepsEarly ? [] : null;
    this.onClose = transport.onClose;
    this.#subscription = transport.onMessage((message) => this.#receive(message));
  }

  get closed(): BerthError | null {
    return this.#transport.closed;
  }

  send(message: JsonRpcMessage): void {
    this.#transport.send(message);
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
    await this.ask('ping', timeoutMs);
  }

  async ask(method: string, timeoutMs: number): Promise<JsonRpcMessage> {
    const answer = await this.request(method, undefined, { timeoutMs });
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

/** Resolves with the work, after `ms`, or with the signal, whatever comes first. */
function within(ms: number, work: Promise<void>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    work.then(done, done);
  });
}

function readInitializeResult(answer: JsonRpcMessage): InitializeResult {
  const failure = transportFailure(answer);
  if (failure) throw BerthError.from(failure);
  if (answer.error) {
    throw new BerthError('start-failed', `The server refused to start a session: ${answer.error.message}`);
  }
  const result = answer.result as Partial<InitializeResult> | undefined;
  if (typeof result !== 'object' || result === null || typeof result.protocolVersion !== 'string') {
    throw new BerthError('protocol', 'The answer to `initialize` is not one of an MCP server.');
  }
  if (!KNOWN_VERSIONS.includes(result.protocolVersion)) {
    throw new BerthError('protocol', `The server speaks MCP ${result.protocolVersion}, which Berth does not.`, {
      hint: 'Update Berth, or use an older version of the server.',
    });
  }
  return {
    ...result,
    protocolVersion: result.protocolVersion,
    capabilities: result.capabilities ?? {},
    serverInfo: {
      ...result.serverInfo,
      name: result.serverInfo?.name ?? '',
      version: result.serverInfo?.version ?? '',
    },
  };
}
