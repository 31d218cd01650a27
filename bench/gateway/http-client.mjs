import { Agent, request as httpRequest } from 'node:http';
import { EventReader } from './event-reader.mjs';
import { hello } from './messages.mjs';

/**
 * A client over Streamable HTTP with as little of its own as possible, so that it is not what limits: one kept connection, answers as
 * JSON or as events, whatever the server likes.
 */
export class HttpClient {
  #target;
  #headers;
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #streams = new Agent({ keepAlive: true });
  #nextId = 1;

  constructor({ url, headers = {} }) {
    const { hostname, port, pathname } = new URL(url);
    this.#target = { host: hostname, port, path: pathname };
    const accept = 'application/json, text/event-stream';
    this.#headers = { ...headers, accept, 'content-type': 'application/json' };
  }

  /** Opens a session. @param {{ url: string, headers?: Record<string, string> }} endpoint */
  static async open(endpoint) {
    const client = new HttpClient(endpoint);
    await client.request('initialize', hello);
    client.#headers['mcp-protocol-version'] = hello.protocolVersion;
    await client.notify('notifications/initialized');
    return client;
  }

  /** Resolves with the answer's message. */
  request(method, params) {
    return this.#post({ jsonrpc: '2.0', id: this.#nextId++, method, params });
  }

  notify(method) {
    return this.#post({ jsonrpc: '2.0', method });
  }

  /** Opens the stream for what the server says by itself, as AI clients do, and leaves it open. Resolves when it has begun. */
  listen() {
    const headers = { ...this.#headers, accept: 'text/event-stream' };
    return new Promise((resolve, reject) => {
      const asked = httpRequest({ ...this.#target, method: 'GET', headers, agent: this.#streams }, (response) => {
        response.resume();
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the stream was answered with ${response.statusCode}`));
      });
      // Closing the client breaks it off.
      asked.on('error', reject).end();
    });
  }

  /** As a client says goodbye: its session ends, too. */
  async end() {
    await new Promise((resolve, reject) => {
      const asked = httpRequest({ ...this.#target, method: 'DELETE', headers: this.#headers, agent: this.#agent });
      asked.once('response', (response) => response.resume().once('end', resolve));
      asked.once('error', reject).end();
    });
    await this.close();
  }

  async close() {
    this.#agent.destroy();
    this.#streams.destroy();
  }

  #post(message) {
    const body = Buffer.from(JSON.stringify(message));
    const headers = { ...this.#headers, 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const asked = httpRequest({ ...this.#target, method: 'POST', headers, agent: this.#agent }, (response) => {
        const { statusCode } = response;
        const session = response.headers['mcp-session-id'];
        if (session !== undefined) this.#headers['mcp-session-id'] = session;
        const failed = (text) => reject(new Error(`${message.method} was answered with ${statusCode}: ${text}`));
        if (response.headers['content-type']?.startsWith('text/event-stream'))
          readEvents(response, message, resolve, failed);
        else
          readWhole(response, (text) => (statusCode >= 300 ? failed(text) : resolve(text && JSON.parse(text))), reject);
      });
      asked.once('error', reject);
      asked.end(body);
    });
  }
}

function readWhole(response, onText, onError) {
  const chunks = [];
  response.on('data', (chunk) => chunks.push(chunk));
  response.once('end', () => onText(Buffer.concat(chunks).toString()));
  response.once('error', onError);
}

function readEvents(response, { id }, resolve, failed) {
  const reader = new EventReader(({ data }) => {
    const message = data === '' ? null : JSON.parse(data);
    if (message?.id === id && message.method === undefined) resolve(message);
  });
  response.on('data', (chunk) => reader.push(chunk));
  response.once('end', () => failed('a stream without the answer'));
  response.once('error', (error) => failed(error.message));
}
