import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a process may take to end after its stdin was closed. */
const END_MS = 10_000;

/**
 * A program that speaks JSON-RPC over stdio, a message a line: the bridge, or the fixture itself. What it says on stderr is dropped
 * unless it ends by itself.
 */
export class LineProcess {
  #child;
  #ended;
  #said = '';
  /** Takes each message. */
  onMessage = (_message) => {};
  /** Told once, with what the process said on stderr, when it ends. */
  onEnd = (_said) => {};

  /** @param {{ command: string[], env: Record<string, string | undefined> }} start */
  constructor({ command: [program, ...args], env }) {
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    this.#child.stdin.on('error', () => {
      // It ended before it read: its end says so.
    });
    this.#child.stderr.setEncoding('utf8').on('data', (chunk) => {
      this.#said = (this.#said + chunk).slice(-2_000);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.onMessage(JSON.parse(line));
    });
    this.#child.once('close', () => this.onEnd(this.#said));
  }

  send(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Closes its stdin and resolves when it has ended, by force if it takes too long. */
  async stop() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}
