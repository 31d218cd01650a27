import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { EventReader } from './event-reader.mjs';
import { hello } from './messages.mjs';

/** The same as HttpClient over HTTP+SSE of 2024-11-05, for a peer that has no other door: one stream of answers, a POST per message. */
export class SseClient {
  #url;
  #post = '';
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #stream;
  #waiting = new Map();
  #nextId = 1;

  constructor(url) {
    this.#url = new URL(url);
  }

  /** Opens a session. @param {{ url: string }} endpoint */
  static async open({ url }) {
    const client = new SseClient(url);
    await client.#listen();
    await client.request('initialize', { ...hello, protocolVersion: '2024-11-05' });
    client.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  /** Resolves with the answer's message. */
  request(method, params) {
    const id = this.#nextId++;
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ jsonrpc: '2.0', id, method, params }, (error) => this.#waiting.get(id)?.reject(error));
    return answered;
  }

  async close() {
    this.#agent.destroy();
    this.#stream.destroy();
  }

  /** Resolves when the server has said where to post; rejects when it says no or hangs up before. */
  async #listen() {
    this.#stream = httpRequest(this.#url, { headers: { accept: 'text/event-stream' }, agent: new Agent() });
    this.#stream.end();
    const [response] = await once(this.#stream, 'response');
    // Closing the client breaks it off.
    this.#stream.on('error', () => {});
    await new Promise((resolve, reject) => {
      response.once('close', () => reject(new Error(`the stream was answered with ${response.statusCode}`)));
      const reader = new EventReader(({ event, data }) => {
        if (event === 'endpoint') {
          const { pathname, search } = new URL(data, this.#url);
          this.#post = pathname + search;
          resolve();
        } else this.#receive(JSON.parse(data));
      });
      response.on('data', (chunk) => reader.push(chunk));
    });
  }

  #receive({ id, ...message }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve({ id, ...message });
  }

  #send(message, onError = () => {}) {
    const body = Buffer.from(JSON.stringify(message));
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const { hostname, port } = this.#url;
    const asked = httpRequest(
      { host: hostname, port, path: this.#post, method: 'POST', headers, agent: this.#agent },
      (response) => {
        response.resume();
        if (response.statusCode >= 300)
          onError(new Error(`${message.method} was answered with ${response.statusCode}`));
      },
    );
    asked.once('error', onError);
    asked.end(body);
  }
}
