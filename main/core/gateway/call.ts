import { BerthError } from '../../../contract/errors.ts';
import type { CallRecord } from '../../../contract/model/activity.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { metaOf } from '../backend/modern-protocol.ts';
import { thrownAnswer } from './era.ts';
import { asBerthError, isRecord, type JsonRpcNotification, type JsonRpcRequest, sentences } from './json-rpc.ts';
import type { Link, PendingRequest } from './link.ts';
import { refusalResult } from './tool-call.ts';

/** Where the answer to one request goes, and what belongs to it before. Never blocks and never throws. */
export interface Sink {
  /** A message that belongs to the request: progress, a log line, a question of the server. False when it cannot be sent this way. */
  related(message: JsonRpcMessage): boolean;
  /** Answers how many bytes were sent; 0 when nobody takes it any more. */
  answer(message: JsonRpcMessage): number;
  /** No answer will come, because the client took the request back. */
  end(): void;
}

/** For what has no answer. */
export const nowhere: Sink = { related: () => false, answer: () => 0, end() {} };

/** `answerBytes`: of the answer as it was sent. */
export type CallEnd = Pick<CallRecord, 'outcome' | 'reason' | 'ms'> & { readonly answerBytes: number };
type Ending = Pick<CallEnd, 'outcome' | 'reason'>;

/** Long enough that no secret is cut in two where the text is shortened for good, after it was redacted. */
const MAX_REASON = 4_096;

export interface CallOptions {
  readonly slug: string;
  readonly request: JsonRpcRequest;
  readonly sink: Sink;
  readonly onEnd: (end: CallEnd) => void;
  /** Whether a notification of the server that belongs to this call is to be passed on. */
  readonly wants: (notification: JsonRpcNotification) => boolean;
  /** What every result has in this version of the protocol, also those that Berth gives. */
  readonly resultFields?: Readonly<Record<string, unknown>>;
  /** The server waits for the client itself, e.g. for a person's word: its silence says nothing. */
  readonly isAsking?: () => boolean;
  /** Headers of the client that mirror parameters, for a server that wants them. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Brings it to the server once more, after the first one ended without an answer. */
  readonly repeat: () => void;
}

/** One request of a session on its way: waiting for the server to be up, then for its answer. Ends exactly once. */
export class Call implements PendingRequest {
  readonly request: JsonRpcRequest;
  readonly #slug: string;
  readonly #sink: Sink;
  readonly #onEnd: (end: CallEnd) => void;
  readonly #repeat: () => void;
  readonly #wants: (notification: JsonRpcNotification) => boolean;
  readonly #headers: Readonly<Record<string, string>> | undefined;
  readonly #isAsking: () => boolean;
  readonly #resultFields: Readonly<Record<string, unknown>>;
  /** Made when somebody waits: most calls find their server up, and an abort costs more than everything else here. */
  #abort: AbortController | null = null;
  readonly #startedAt = performance.now();
  #giveBack: (() => void) | null = null;
  #silence: NodeJS.Timeout | null = null;
  #sent: { link: Link; id: number } | null = null;
  #ended = false;
  #rewrite: ((result: unknown) => unknown) | null = null;
  #mayRepeat = false;
  /** Why its first answer was lost; null for a call that was sent once. */
  #repeatedFor: BerthError | null = null;

  constructor(options: CallOptions) {
    this.#slug = options.slug;
    this.request = options.request;
    this.#sink = options.sink;
    this.#onEnd = options.onEnd;
    this.#repeat = options.repeat;
    this.#wants = options.wants;
    this.#headers = options.headers;
    this.#isAsking = options.isAsking ?? (() => false);
    this.#resultFields = options.resultFields ?? {};
  }

  /** How long it may go without a sign of the server, in ms; from the next `send` on. */
  silentMs = 0;

  /** It is one of those that its client may have under way. */
  get hasTurn(): boolean {
    return this.#giveBack !== null;
  }

  takeTurn(giveBack: () => void): void {
    this.#giveBack = giveBack;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Aborts when the call ends before the server is up. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#ended) this.#abort.abort();
    return this.#abort.signal;
  }

  get link(): Link | null {
    return this.#sent?.link ?? null;
  }

  /** Hands the request to the backend. `rewrite` changes the result on its way back; `mayRepeat`: it changes nothing at the server. */
  send(link: Link, rewrite: ((result: unknown) => unknown) | null, mayRepeat: boolean): void {
    if (this.#ended) return;
    this.#rewrite = rewrite;
    this.#mayRepeat = mayRepeat;
    if (this.silentMs > 0) {
      this.#silence ??= setTimeout(() => this.#giveUp(), this.silentMs).unref();
      this.#silence.refresh();
    }
    try {
      this.#sent = { link, id: link.request(this.request.method, this.request.params, this, this.#headers) };
    } catch (error) {
      this.fail(error);
    }
  }

  cancel(reason: string): void {
    if (this.#ended) return;
    this.#sent?.link.cancel(this.#sent.id, reason);
    this.#finish({ outcome: 'cancelled', reason }, () => {
      this.#sink.end();
      return 0;
    });
  }

  /** Berth ends the call: the server is told, and the client gets the cause as its answer. */
  abandon(cause: BerthError): void {
    if (this.#ended) return;
    this.#sent?.link.cancel(this.#sent.id, cause.message);
    this.fail(cause);
  }

  /** The guard's no: a tool result, so that the model reads it. */
  refuse(text: string, error: BerthError): void {
    const result = { ...this.#resultFields, ...refusalResult(text, error) };
    this.#finish({ outcome: 'refused', reason: text }, () =>
      this.#sink.answer({ jsonrpc: '2.0', id: this.request.id, result }),
    );
  }

  fail(thrown: unknown): void {
    this.#finish({ outcome: 'error', reason: asBerthError(thrown).message }, () =>
      this.#sink.answer(thrownAnswer(this.request.id, thrown)),
    );
  }

  /** Answers without asking the server. */
  settle(result: Record<string, unknown>): void {
    this.#finish({ outcome: 'ok', reason: null }, () =>
      this.#sink.answer({ jsonrpc: '2.0', id: this.request.id, result: { ...this.#resultFields, ...result } }),
    );
  }

  /** A message of the server that belongs to this call, as far as anybody can tell. */
  related(message: JsonRpcMessage): boolean {
    this.#silence?.refresh();
    return !this.#ended && this.#sink.related(message);
  }

  onAnswer(answer: JsonRpcMessage): void {
    const result = this.#rewrite && answer.error === undefined ? this.#rewrite(answer.result) : answer.result;
    const message: JsonRpcMessage = { ...answer, id: this.request.id };
    if (result !== undefined) message.result = this.#repeatedFor ? saysRepeated(result, this.#repeatedFor) : result;
    this.#finish(outcomeOf(this.request.method, answer), () => this.#sink.answer(message));
  }

  onProgress(notification: JsonRpcNotification): void {
    this.#silence?.refresh();
    const { progressToken } = metaOf(this.request);
    if (progressToken === undefined || !isRecord(notification.params)) return;
    this.related({ ...notification, params: { ...notification.params, progressToken } });
  }

  onRelated(notification: JsonRpcNotification): void {
    if (this.#wants(notification)) this.related(notification);
  }

  onLost(cause: BerthError): void {
    if (this.#ended) return;
    if (this.#mayRepeat && this.#repeatedFor === null) {
      this.#repeatedFor = cause;
      this.#sent = null;
      this.#repeat();
      return;
    }
    this.fail(
      new BerthError(cause.code, sentences(`The server ${this.#slug} ended during this call: ${cause.message}`), {
        hint: sentences(
          cause.hint,
          'Whether the call had an effect is not known. Once the server is up again, calls work on this same session.',
        ),
        cause,
      }),
    );
  }

  #giveUp(): void {
    if (this.#isAsking()) {
      this.#silence?.refresh();
      return;
    }
    const seconds = this.silentMs / 1_000;
    this.abandon(
      new BerthError('timed-out', `The server ${this.#slug} gave no sign of this call for ${seconds} s.`, {
        hint: 'Whether the call had an effect is not known. The user can allow more time in Berth.',
      }),
    );
  }

  #finish(end: Ending, deliver: () => number): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#silence) clearTimeout(this.#silence);
    this.#abort?.abort();
    const ms = Math.round((performance.now() - this.#startedAt) * 100) / 100;
    const answerBytes = deliver();
    this.#giveBack?.();
    this.#onEnd({ ...end, reason: end.reason?.slice(0, MAX_REASON) ?? null, ms, answerBytes });
  }
}

/** The result with a word about why it was asked for twice. */
function saysRepeated(result: unknown, cause: BerthError): unknown {
  if (!isRecord(result)) return result;
  const meta = isRecord(result['_meta']) ? result['_meta'] : {};
  return { ...result, _meta: { ...meta, 'berth/repeated': cause.toInfo() } };
}

function outcomeOf(method: string, answer: JsonRpcMessage): Ending {
  if (answer.error) return { outcome: 'error', reason: answer.error.message };
  if (method === 'tools/call' && isRecord(answer.result) && answer.result['isError'] === true) {
    return { outcome: 'tool-error', reason: firstText(answer.result['content']) };
  }
  return { outcome: 'ok', reason: null };
}

function firstText(content: unknown): string | null {
  if (!Array.isArray(content)) return null;
  const block: unknown = content.find((item: unknown) => isRecord(item) && typeof item['text'] === 'string');
  return isRecord(block) ? String(block['text']) : null;
}
