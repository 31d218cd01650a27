import { setMaxListeners } from 'node:events';
import type { ZodType } from 'zod';
import { type CallName, calls, type Handlers } from '../../../contract/calls.ts';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { type Connection, type FrameFromCore, type FrameToCore, frameToCoreSchema } from '../../../contract/frames.ts';
import { type StreamContext, type StreamName, type StreamSources, streams } from '../../../contract/streams.ts';
import { CONTRACT_VERSION } from '../../../contract/version.ts';
import { StreamOutbox } from './outbox.ts';

/** The core's side of a connection: it receives what is not yet validated and sends frames. */
export type CoreConnection = Connection<FrameFromCore, unknown>;

type AnyHandler = (input: unknown, context: { signal: AbortSignal }) => unknown;
type AnySource = (params: unknown, push: (item: unknown) => void, context: StreamContext) => Promise<void>;

/**
 * Serves the contract on any number of connections, the same for each kind: validate, run, validate, answer
 * `result` or `failed`. Everything that a connection started is aborted when it closes.
 */
export class Dispatcher {
  readonly #handlers: Handlers;
  readonly #sources: StreamSources;
  readonly #onDefect: (error: unknown, where: string) => void;
  readonly #connections = new Set<ServedConnection>();
  #disposed = false;

  /** `onDefect` is told of every error that is not a BerthError: a bug in Berth, to be logged. */
  constructor(options: {
    handlers: Handlers;
    sources: StreamSources;
    onDefect: (error: unknown, where: string) => void;
  }) {
    this.#handlers = options.handlers;
    this.#sources = options.sources;
    this.#onDefect = options.onDefect;
  }

  accept(connection: CoreConnection): void {
    if (this.#disposed) {
      connection.close();
      return;
    }
    const served = new ServedConnection(connection, this.#handlers, this.#sources, this.#onDefect, () =>
      this.#connections.delete(served),
    );
    this.#connections.add(served);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Aborts what is under way and answers no more. Connections are closed by whoever opened their door, at the very end: that is how
   * a caller of `app.quit` knows that all has stopped.
   */
  dispose(): void {
    this.#disposed = true;
    for (const served of [...this.#connections]) served.end();
  }
}

class ServedConnection {
  readonly #connection: CoreConnection;
  readonly #handlers: Handlers;
  readonly #sources: StreamSources;
  readonly #onDefect: (error: unknown, where: string) => void;
  readonly #running = new Map<number, AbortController>();
  readonly #outboxes = new Map<number, StreamOutbox>();
  readonly #forget: () => void;
  #greeted = false;
  #open = true;

  constructor(
    connection: CoreConnection,
    handlers: Handlers,
    sources: StreamSources,
    onDefect: (error: unknown, where: string) => void,
    forget: () => void,
  ) {
    this.#connection = connection;
    this.#handlers = handlers;
    this.#sources = sources;
    this.#onDefect = onDefect;
    this.#forget = forget;
    connection.onFrame = (raw) => this.#receive(raw);
    connection.onClose = () => this.end();
  }

  close(): void {
    this.end();
    this.#connection.close();
  }

  /** Nothing that was begun is answered any more, and nothing is begun. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const controller of this.#running.values()) controller.abort();
    for (const outbox of this.#outboxes.values()) outbox.discard();
    this.#running.clear();
    this.#outboxes.clear();
    this.#forget();
  }

  #receive(raw: unknown): void {
    const parsed = frameToCoreSchema.safeParse(raw);
    if (!parsed.success) {
      this.close();
      return;
    }
    const frame: FrameToCore = parsed.data;
    if (!this.#open) {
      this.#refuse(frame);
      return;
    }
    switch (frame.t) {
      case 'call':
        void this.#call(frame.id, frame.method, frame.params);
        return;
      case 'subscribe':
        void this.#subscribe(frame.id, frame.stream, frame.params);
        return;
      case 'cancel':
        this.#running.get(frame.id)?.abort();
        this.#outboxes.get(frame.id)?.discard();
        this.#outboxes.delete(frame.id);
        return;
      case 'ack':
        this.#outboxes.get(frame.id)?.ack(frame.seq);
        return;
    }
  }

  /** Berth is ending: the connection stays open until all has stopped, but nothing is begun any more. */
  #refuse({ t, id }: FrameToCore): void {
    const error: ErrorInfo = { code: 'not-running', message: 'Berth is ending.', hint: 'Start it again.' };
    if (t === 'call') this.#connection.send({ t: 'failed', id, error });
    if (t === 'subscribe') this.#connection.send({ t: 'end', id, error });
  }

  async #call(id: number, method: string, params: unknown): Promise<void> {
    const controller = this.#controller(id);
    try {
      const data = await this.#run(method, params, controller.signal);
      this.#send({ t: 'result', id, ok: true, data });
    } catch (error) {
      this.#send({ t: 'failed', id, error: this.#explain(error, method) });
    } finally {
      this.#running.delete(id);
    }
  }

  /** Takes a call or a stream back. A call that concerns many servers listens to it once for each. */
  #controller(id: number): AbortController {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    this.#running.set(id, controller);
    return controller;
  }

  async #run(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    if (!Object.hasOwn(calls, method)) {
      throw new BerthError('not-found', `There is no call "${method}".`, {
        hint: 'Update the older of the two: Berth or the program that talks to it.',
      });
    }
    const name = method as CallName;
    const input = parse(calls[name].input, params, method);
    if (name === 'app.hello') this.#greet(input as { contract: number });
    else this.#requireGreeting();
    const handler = this.#handlers[name] as AnyHandler;
    const output = calls[name].output.safeParse(await handler(input, { signal }));
    if (!output.success) {
      throw new Error(`the answer of ${method} does not fit the contract: ${output.error.message}`);
    }
    return output.data;
  }

  async #subscribe(id: number, stream: string, params: unknown): Promise<void> {
    const controller = this.#controller(id);
    try {
      if (!Object.hasOwn(streams, stream)) throw new BerthError('not-found', `There is no stream "${stream}".`);
      this.#requireGreeting();
      const name = stream as StreamName;
      const definition = streams[name];
      const input = parse(definition.params, params, stream);
      const outbox = new StreamOutbox(id, definition.merge as StreamOutboxMerge, (frame) => this.#send(frame));
      this.#outboxes.set(id, outbox);
      const source = this.#sources[name] as unknown as AnySource;
      await source(input, (item) => this.#outboxes.get(id)?.push(definition.item.parse(item)), {
        signal: controller.signal,
        drop: (count) => this.#outboxes.get(id)?.drop(count),
      });
      this.#finish(id, { t: 'end', id });
    } catch (error) {
      const frame: FrameFromCore = { t: 'end', id, error: this.#explain(error, stream) };
      if (this.#outboxes.has(id)) this.#finish(id, frame);
      else this.#send(frame);
    } finally {
      this.#running.delete(id);
    }
  }

  /** The outbox stays until the connection closes or the reader cancels, since the reader may still have to acknowledge. */
  #finish(id: number, frame: FrameFromCore): void {
    this.#outboxes.get(id)?.end(frame);
  }

  #greet(input: { contract: number }): void {
    if (input.contract !== CONTRACT_VERSION) {
      throw new BerthError(
        'protocol',
        `This Berth speaks contract ${CONTRACT_VERSION}, the other side ${input.contract}.`,
        { hint: 'Restart Berth so that all its parts have the same version.' },
      );
    }
    this.#greeted = true;
  }

  #requireGreeting(): void {
    if (!this.#greeted) throw new BerthError('protocol', 'The first call of a connection is app.hello.');
  }

  #explain(error: unknown, where: string): ErrorInfo {
    if (!(error instanceof BerthError) && this.#open) this.#onDefect(error, where);
    return toErrorInfo(error);
  }

  #send(frame: FrameFromCore): void {
    if (!this.#open) return;
    if (frame.t === 'end') this.#outboxes.delete(frame.id);
    this.#connection.send(frame);
  }
}

type StreamOutboxMerge = ((earlier: unknown, later: unknown) => unknown) | null;

/** The input as the contract means it, or `invalid-argument` naming the first thing that does not fit. */
function parse(schema: ZodType, value: unknown, what: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  const where = first?.path.map(String).join('.') ?? '';
  const reason = first?.message ?? 'it does not fit';
  throw new BerthError(
    'invalid-argument',
    where === '' ? `${what} does not take this: ${reason}.` : `"${where}" is not valid: ${reason}.`,
    { details: { call: what } },
  );
}
