import { SseReader } from './sse-reader.mjs';

const PROTOCOL = '2025-11-25';
/** Long enough for anything that the fixture does. */
const ANSWER_MS = 15_000;

/**
 * A small MCP client over Streamable HTTP in the era of sessions, which keeps every message as it came and asks one thing at a time.
 * `replies` answers what the server asks, by method. It takes up streams that the server closed early.
 */
export class PlainClient {
  #url;
  #replies;
  #session = null;
  #nextId = 1;
  /** What the server said since the request under way. */
  #seen = [];
  #listening = new AbortController();

  /**
   * @param {string} url
   * @param {Record<string, (params: any) => unknown>} replies
   */
  constructor(url, replies) {
    this.#url = url;
    this.#replies = replies;
  }

  async open() {
    const capabilities = { sampling: {}, elicitation: {}, roots: {} };
    const clientInfo = { name: 'conformance-comparison', version: '1.0.0' };
    await this.request('initialize', { protocolVersion: PROTOCOL, capabilities, clientInfo });
    await this.#tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const unasked = await this.#send('GET', null, {}, this.#listening.signal);
    void this.#listen(unasked);
  }

  /**
   * The answer, and what the server said before it on any stream: notifications and its own requests, without their ids. That a list
   * has changed is left out, since it may come at any time.
   */
  async request(method, params) {
    const id = this.#nextId++;
    this.#seen = [];
    let reader = await this.#send('POST', { jsonrpc: '2.0', id, method, params });
    for (;;) {
      for await (const message of reader) {
        if (message.method === undefined) {
          if (message.id !== id) continue;
          return { answer: message.error ? { error: message.error } : { result: message.result }, seen: this.#seen };
        }
        await this.#take(message);
      }
      if (reader.lastEventId === null) throw new Error(`${method} was not answered`);
      reader = await this.#send('GET', null, { 'last-event-id': reader.lastEventId });
    }
  }

  async close() {
    this.#listening.abort();
    await fetch(this.#url, { method: 'DELETE', headers: this.#headers(), signal: AbortSignal.timeout(ANSWER_MS) });
  }

  async #listen(reader) {
    try {
      for await (const message of reader) await this.#take(message);
    } catch (error) {
      if (!this.#listening.signal.aborted) throw error;
    }
  }

  async #take(message) {
    const { id, method, params } = message;
    if (!method.endsWith('/list_changed')) this.#seen.push({ method, params });
    if (id !== undefined) await this.#reply(message);
  }

  async #reply({ id, method, params }) {
    const answer = this.#replies[method];
    const error = { code: -32601, message: 'Method not found' };
    await this.#tell({ jsonrpc: '2.0', id, ...(answer ? { result: answer(params) } : { error }) });
  }

  async #tell(message) {
    const reader = await this.#send('POST', message);
    await reader.drop();
  }

  async #send(method, message, more = {}, signal = AbortSignal.timeout(ANSWER_MS)) {
    const response = await fetch(this.#url, {
      method,
      headers: { ...this.#headers(), ...more, ...(message ? { 'content-type': 'application/json' } : {}) },
      body: message ? JSON.stringify(message) : undefined,
      signal,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`);
    this.#session ??= response.headers.get('mcp-session-id');
    return new SseReader(response);
  }

  #headers() {
    return {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': PROTOCOL,
      ...(this.#session === null ? {} : { 'mcp-session-id': this.#session }),
    };
  }
}
