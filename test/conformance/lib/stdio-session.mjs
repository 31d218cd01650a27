import { randomUUID } from 'node:crypto';
import { LineProcess } from './line-process.mjs';
import { EventStream, errorOf } from './stream-of-events.mjs';

const INTERNAL_ERROR = -32603;

/**
 * One HTTP session in front of one stdio process, for the era of sessions: each request of the client has a stream for its answer, and
 * what the process says by itself goes to the newest of them, or to the client's GET stream. Messages travel as they are.
 */
export class StdioSession {
  id = randomUUID();
  #process;
  /** Open requests by id, oldest first. */
  #posts = new Map();
  #get = null;
  #waiting = [];
  /** Told when the client's GET stream ends and nothing of the client is open: it has gone, as one that closes a program's stdin. */
  onGone = () => {};

  /** @param {{ command: string[], env: Record<string, string | undefined> }} start */
  constructor(start) {
    this.#process = new LineProcess(start);
    this.#process.onMessage = (message) => this.#fromProcess(message);
    this.#process.onEnd = (said) => {
      for (const id of [...this.#posts.keys()]) this.#answer(errorOf(id, INTERNAL_ERROR, `The process ended: ${said}`));
    };
  }

  /** A request of the client; its answer ends the response. */
  request(message, response) {
    const stream = new EventStream(response, { 'mcp-session-id': this.id });
    this.#posts.set(message.id, { stream, token: message.params?._meta?.progressToken });
    this.#process.send(message);
  }

  /** A notification or an answer of the client. */
  send(message) {
    this.#process.send(message);
  }

  /** The client's stream for what belongs to none of its requests. */
  listen(response) {
    this.#get = new EventStream(response, { 'mcp-session-id': this.id });
    for (const message of this.#waiting.splice(0)) this.#get.send(message);
    response.once('close', () => {
      if (this.#posts.size === 0) this.onGone();
    });
  }

  async stop() {
    for (const { stream } of this.#posts.values()) stream.end();
    this.#get?.end();
    await this.#process.stop();
  }

  #fromProcess(message) {
    if (message.method === undefined) this.#answer(message);
    else this.#streamFor(message).send(message);
  }

  #answer(message) {
    const post = this.#posts.get(message.id);
    this.#posts.delete(message.id);
    post?.stream.send(message);
    post?.stream.end();
  }

  #streamFor({ method, params }) {
    const posts = [...this.#posts.values()].filter(({ stream }) => stream.open);
    const asked = posts.find(({ token }) => token !== undefined && token === params?.progressToken);
    const belongs =
      method === 'notifications/progress' ? asked : method.endsWith('_changed') ? undefined : posts.at(-1);
    if (belongs) return belongs.stream;
    return this.#get?.open ? this.#get : { send: (message) => this.#waiting.push(message) };
  }
}
