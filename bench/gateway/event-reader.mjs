import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream of server-sent events into events. No more of the format than MCP servers use: `event` and `data` lines. */
export class EventReader {
  #decoder = new StringDecoder('utf8');
  #onEvent;
  /** What came of an event that is not complete; in pieces, since an event may have megabytes. */
  #pieces = [];

  /** @param {(event: { event: string, data: string }) => void} onEvent */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    const text = this.#decoder.write(chunk).replaceAll('\r', '');
    this.#pieces.push(text);
    // The end of an event may be cut in two between chunks.
    if (!text.includes('\n\n') && !text.startsWith('\n')) return;
    const events = this.#pieces.join('').split('\n\n');
    this.#pieces = [events.pop()];
    for (const event of events) this.#event(event);
  }

  #event(text) {
    let event = 'message';
    const data = [];
    for (const line of text.split('\n')) {
      const colon = line.indexOf(':');
      const value = line.slice(colon + 1).replace(/^ /, '');
      if (line.startsWith('data:')) data.push(value);
      else if (line.startsWith('event:')) event = value;
    }
    if (data.length > 0) this.#onEvent({ event, data: data.join('\n') });
  }
}
