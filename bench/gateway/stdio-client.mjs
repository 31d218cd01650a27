import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hello } from './messages.mjs';
import { endWithBench, environmentIn } from './program.mjs';

const GOODBYE_MS = 10_000;

/** A client that starts its server, or a bridge to one, and speaks with it over stdio: a JSON message a line. */
export class StdioClient {
  #child;
  #ended;
  #waiting = new Map();
  #nextId = 1;
  #pieces = [];

  constructor(child) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    child.stdout.setEncoding('utf8').on('data', (text) => this.#push(text));
    child.stdin.on('error', () => {
      // It ended before it read; `exit` says so.
    });
    child.once('exit', (code, signal) => {
      const gone = new Error(`it ended with ${code ?? signal}`);
      for (const { reject } of this.#waiting.values()) reject(gone);
    });
    endWithBench(child);
  }

  /**
   * Starts the command and opens a session.
   * @param {string} folder
   * @param {{ command: string, args: string[] }} command
   */
  static async open(folder, { command, args }) {
    const env = environmentIn(folder);
    const child = spawn(command, args, { env, cwd: env.HOME, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    const client = new StdioClient(child);
    await client.request('initialize', hello);
    client.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Resolves with the answer's message. */
  request(method, params) {
    const id = this.#nextId++;
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ jsonrpc: '2.0', id, method, params });
    return answered;
  }

  /** As a client says goodbye: it closes its end. */
  async close() {
    this.#child.stdin.end();
    const late = setTimeout(() => this.#child.kill('SIGTERM'), GOODBYE_MS);
    await this.#ended;
    clearTimeout(late);
  }

  #send(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #push(text) {
    this.#pieces.push(text);
    if (!text.includes('\n')) return;
    const lines = this.#pieces.join('').split('\n');
    this.#pieces = [lines.pop()];
    for (const line of lines) this.#receive(JSON.parse(line));
  }

  #receive(message) {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    waiting?.resolve(message);
  }
}
