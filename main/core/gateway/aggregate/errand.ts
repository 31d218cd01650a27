import type { BerthError } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../backend/backend.ts';
import type { CallEnd, Sink } from '../call.ts';
import { asBerthError, failureAnswer, type JsonRpcRequest } from '../json-rpc.ts';
import { refusalResult } from '../tool-call.ts';

type Change = (message: JsonRpcMessage) => JsonRpcMessage;

/** One request to all servers on its way: answered by Berth, or carried to the server that it is for. Ends exactly once. */
export class Errand {
  readonly request: JsonRpcRequest;
  readonly time = new Date().toISOString();
  readonly #startedAt = performance.now();
  readonly #abort = new AbortController();
  readonly #sink: Sink;
  readonly #onEnd: () => void;
  #ended = false;

  constructor(request: JsonRpcRequest, sink: Sink, onEnd: () => void) {
    this.request = request;
    this.#sink = sink;
    this.#onEnd = onEnd;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Aborts when the client takes the request back, or Berth does; its reason says why. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Answers how many bytes were sent. */
  settle(result: Record<string, unknown>): number {
    return this.answer({ jsonrpc: '2.0', id: this.request.id, result });
  }

  /** The guard's way to say no: a tool result, so that the model reads it. */
  refuse(error: BerthError): number {
    const text = [error.message, error.hint].filter(Boolean).join(' ');
    return this.settle(refusalResult(text, error));
  }

  fail(thrown: unknown): number {
    return this.answer(failureAnswer(this.request.id, asBerthError(thrown)));
  }

  answer(message: JsonRpcMessage): number {
    return this.#end() ? this.#sink.answer({ ...message, id: this.request.id }) : 0;
  }

  cancel(reason: string): void {
    if (!this.#end()) return;
    this.#abort.abort(reason);
    this.#sink.end();
  }

  /** Berth ends it: the client gets the cause as its answer. */
  abandon(cause: BerthError): void {
    if (this.#ended) return;
    this.fail(cause);
    this.#abort.abort(cause.message);
  }

  /** Where goes what a server says to it, changed into what the client is to read. */
  through(change: { related: Change; answer: Change }): Sink {
    return {
      related: (message) => this.#sink.related(change.related(message)),
      answer: (message) => this.answer(change.answer(message)),
      end: () => this.cancel('the server ended it'),
    };
  }

  /** How it ended, for the records. */
  end(outcome: CallEnd['outcome'], reason: string | null, answerBytes: number): CallEnd {
    return { outcome, reason, answerBytes, ms: Math.round((performance.now() - this.#startedAt) * 100) / 100 };
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#onEnd();
    return true;
  }
}
