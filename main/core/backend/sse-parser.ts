import { StringDecoder } from 'node:string_decoder';

/** One event of a stream. `id` is the last one seen, also of an event before. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/**
 * Cuts `text/event-stream` bytes into events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 * Throws a RangeError when one event holds more than `maxLength` characters.
 */
export class SseParser {
  readonly #onEvent: (event: SseEvent) => void;
  readonly #maxLength: number;
  readonly #decoder = new StringDecoder('utf8');
  #rest: string[] = [];
  #length = 0;
  #data: string[] = [];
  #event = '';
  #afterCarriageReturn = false;
  #first = true;

  lastEventId: string | null = null;
  /** What the server asked for, in ms. */
  retryMs: number | null = null;

  constructor(onEvent: (event: SseEvent) => void, maxLength: number) {
    this.#onEvent = onEvent;
    this.#maxLength = maxLength;
  }

  push(chunk: Buffer): void {
    let text = this.#decoder.write(chunk);
    if (text === '') return;
    if (this.#first) {
      this.#first = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#count(line.length);
      if (this.#rest.length > 0) {
        this.#rest.push(line);
        const whole = this.#rest.join('');
        this.#rest = [];
        this.#line(whole);
      } else {
        this.#line(line);
      }
    }
    if (last !== '') {
      this.#count(last.length);
      this.#rest.push(last);
    }
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > this.#maxLength) throw new RangeError(`an event of more than ${this.#maxLength} characters`);
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) {
      // A comment keeps the connection alive and belongs to no event.
      if (this.#data.length === 0) this.#length = 0;
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event || 'message';
    this.#data = [];
    this.#event = '';
    this.#length = 0;
    if (data.length > 0) this.#onEvent({ event, data: data.join('\n'), id: this.lastEventId });
  }
}
