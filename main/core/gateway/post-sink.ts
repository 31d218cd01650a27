import type { ServerResponse } from 'node:http';
import type { JsonRpcMessage } from '../backend/backend.ts';
import type { Sink } from './call.ts';
import { answerJson, answerThrown } from './http-answers.ts';
import type { AcceptedForms } from './http-rules.ts';
import type { GatewayLimits } from './limits.ts';
import { Outbound } from './outbound.ts';
import { eventHeaders, eventText, SIGN_OF_LIFE } from './sse.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * The answer to one POST: plain JSON when the answer is all there is to say, an event stream once anything comes before it
 * or it takes long. A client that takes only one of the forms, or would rather have a stream, gets that one.
 */
export class PostSink implements Sink {
  readonly #response: ServerResponse;
  readonly #forms: AcceptedForms;
  readonly #outbound: Outbound;
  readonly #headers: () => Headers;
  readonly #statusOf: (answer: JsonRpcMessage) => number;

  /** `headers` is asked when the first byte goes out; an HttpRefusal that it throws becomes the answer. `statusOf` names the status of an answer that is all there is to say. */
  constructor(
    response: ServerResponse,
    forms: AcceptedForms,
    limits: GatewayLimits,
    headers: () => Headers = () => ({}),
    statusOf: (answer: JsonRpcMessage) => number = () => 200,
  ) {
    this.#response = response;
    this.#forms = forms;
    this.#headers = headers;
    this.#statusOf = statusOf;
    this.#outbound = new Outbound(response, limits);
  }

  /** Bytes that the client has not taken yet. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  related(message: JsonRpcMessage): boolean {
    return this.#forms.events && this.#stream() && this.#outbound.carry(message, eventText(message));
  }

  answer(message: JsonRpcMessage): number {
    if (!this.#open) return 0;
    if (this.#response.headersSent || !this.#forms.json || this.#forms.eventsFirst) {
      if (!this.#stream()) return 0;
      const bytes = this.#outbound.write(eventText(message));
      this.#response.end();
      return bytes;
    }
    try {
      return answerJson(this.#response, this.#statusOf(message), message, this.#headers());
    } catch (error) {
      answerThrown(this.#response, error);
      return 0;
    }
  }

  /** A request that was taken back has no answer; an event stream is the form that can say nothing. */
  end(): void {
    if (this.#stream()) this.#response.end();
  }

  /** Keeps proxies and clients from giving up on an answer that takes long. */
  signOfLife(): void {
    if (this.#forms.events && this.#stream()) this.#outbound.offer(SIGN_OF_LIFE);
  }

  get #open(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** Begins the event stream if it has not begun. False when nothing can be said any more. */
  #stream(): boolean {
    if (!this.#open) return false;
    if (this.#response.headersSent) return true;
    try {
      this.#response.writeHead(200, { ...this.#headers(), ...eventHeaders });
      return true;
    } catch (error) {
      answerThrown(this.#response, error);
      return false;
    }
  }
}
