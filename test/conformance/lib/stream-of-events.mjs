/** An HTTP response as a stream of events, begun at once. */
export class EventStream {
  #response;

  constructor(response, headers = {}) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      ...headers,
    });
    response.flushHeaders();
  }

  get open() {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  send(message) {
    if (this.open) this.#response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  end() {
    this.#response.end();
  }
}

/** Answers one JSON value. */
export function answerJson(response, status, value, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

export function errorOf(id, code, message) {
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message } };
}
