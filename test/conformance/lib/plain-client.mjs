import { SseReader } from './sse-reader.mjs';

const PROTOCOL = '2025-11-25';
const ANSWER_MS = 30_000;

/**
 * A small MCP client over Streamable HTTP in the era of sessions, which keeps every message as it came. `replies` answers what the server
 * asks, by method. It takes up streams that the server closed early.
 */
export class PlainClient {
  #url;
  #replies;
  #session = null;
  #nextId = 1;

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
  }

  /** The answer, and what the server said before it: notifications and its own requests, without their ids. */
  async request(method, params) {
    const id = this.#nextId++;
    const seen = [];
    let reader = await this.#send('POST', { jsonrpc: '2.0', id, method, params });
    for (;;) {
      for await (const message of reader) {
        if (message.method === undefined) {
          if (message.id !== id) continue;
          return { answer: message.error ? { error: message.error } : { result: message.result }, seen };
        }
        seen.push({ method: message.method, params: message.params });
        if (message.id !== undefined) await this.#reply(message);
      }
      if (reader.lastEventId === null) throw new Error(`${method} was not answered`);
      reader = await this.#send('GET', null, { 'last-event-id': reader.lastEventId });
    }
  }

  async close() {
    await fetch(this.#url, { method: 'DELETE', headers: this.#headers(), signal: AbortSignal.timeout(ANSWER_MS) });
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

  async #send(method, message, more = {}) {
    const response = await fetch(this.#url, {
      method,
      headers: { ...this.#headers(), ...more, ...(message ? { 'content-type': 'application/json' } : {}) },
      body: message ? JSON.stringify(message) : undefined,
      signal: AbortSignal.timeout(ANSWER_MS),
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
