import type { CallName } from '../../contract/calls.ts';
import { toErrorInfo } from '../../contract/errors.ts';
import type { Connection, FrameFromCore, FrameToCore } from '../../contract/frames.ts';
import type { StreamName } from '../../contract/streams.ts';
import type { Transport } from './transport.ts';

export type FakeCalls = Partial<Record<CallName, (params: never) => unknown>>;
export type FakeStreams = Partial<
  Record<StreamName, (push: (...items: unknown[]) => void, params: never) => Promise<void> | undefined>
>;

/** A core made of functions, for tests of components. Never part of the product. */
export class FakeTransport implements Transport {
  readonly #calls: FakeCalls;
  readonly #streams: FakeStreams;
  #connection: Connection<FrameToCore, unknown> | null = null;
  refuses = false;

  constructor(calls: FakeCalls, streams: FakeStreams) {
    this.#calls = calls;
    this.#streams = streams;
  }

  open(): Connection<FrameToCore, unknown> {
    const connection: Connection<FrameToCore, unknown> = {
      send: (frame) => this.#receive(connection, frame),
      close: () => {},
      onFrame: () => {},
      onClose: () => {},
    };
    if (this.refuses) queueMicrotask(() => connection.onClose('refused'));
    else this.#connection = connection;
    return connection;
  }

  async whyHopeless(): Promise<string | null> {
    return null;
  }

  /** Ends the open connection as a core that went away does. */
  drop(reason: string): void {
    const connection = this.#connection;
    this.#connection = null;
    connection?.onClose(reason);
  }

  #receive(connection: Connection<FrameToCore, unknown>, frame: FrameToCore): void {
    const answer = (reply: FrameFromCore) => {
      if (this.#connection === connection) connection.onFrame(reply);
    };
    if (frame.t === 'call') void this.#call(frame.id, frame.method, frame.params, answer);
    if (frame.t === 'subscribe') void this.#subscribe(frame.id, frame.stream, frame.params, answer);
  }

  async #call(id: number, method: string, params: unknown, answer: (frame: FrameFromCore) => void): Promise<void> {
    try {
      const handler = this.#calls[method as CallName];
      if (!handler) throw new Error(`the fake core has no ${method}`);
      answer({ t: 'result', id, ok: true, data: await handler(params as never) });
    } catch (error) {
      answer({ t: 'failed', id, error: toErrorInfo(error) });
    }
  }

  async #subscribe(id: number, name: string, params: unknown, answer: (frame: FrameFromCore) => void): Promise<void> {
    let seq = 0;
    const push = (...items: unknown[]) => {
      seq += items.length;
      answer({ t: 'item', id, seq, items });
    };
    try {
      const ended = this.#streams[name as StreamName]?.(push, params as never);
      if (!ended) return;
      await ended;
      answer({ t: 'end', id });
    } catch (error) {
      answer({ t: 'end', id, error: toErrorInfo(error) });
    }
  }
}
