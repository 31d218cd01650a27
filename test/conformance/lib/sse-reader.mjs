/** The messages of an HTTP response, which is JSON or a stream of events; also where to take up a stream that ended. */
export class SseReader {
  #response;
  /** Of the last event that had one. */
  lastEventId = null;

  /** @param {Response} response */
  constructor(response) {
    this.#response = response;
  }

  async *[Symbol.asyncIterator]() {
    const type = this.#response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream')) {
      const text = await this.#response.text();
      if (text !== '') yield JSON.parse(text);
      return;
    }
    let rest = '';
    for await (const chunk of this.#response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield* this.#message(block);
    }
  }

  async drop() {
    await this.#response.body?.cancel();
  }

  *#message(block) {
    const fields = (name) =>
      block
        .split(/\r?\n/)
        .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []));
    this.lastEventId = fields('id').at(-1) ?? this.lastEventId;
    const data = fields('data').join('\n');
    if (data !== '') yield JSON.parse(data);
  }
}
