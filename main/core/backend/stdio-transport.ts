import type { Readable, Writable } from 'node:stream';
import { BerthError } from '../../../contract/errors.ts';
import { Emitter } from '../emitter.ts';
import type { JsonRpcMessage } from './backend.ts';
import { LineSplitter, type OverlongLine } from './line-splitter.ts';
import { isJsonRpcMessage, MAX_MESSAGE_BYTES, type McpTransport } from './transport.ts';

export interface StdioTransportOptions {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Gets every line of stdout that is no JSON-RPC message; those that came together in one text, with line ends between them. */
  readonly onNoise: (text: string) => void;
  /** Default `MAX_MESSAGE_BYTES`; also how much unsent data may wait for a child that does not read. */
  readonly maxMessageBytes?: number;
}

/** How much of an overlong line is kept for the log. */
const HEAD_BYTES = 1024;

/**
 * MCP over a child's stdin and stdout: one JSON message a line. Other lines on stdout are noise and do no harm. The channel
 * closes when stdout ends or stdin breaks.
 */
export class StdioTransport implements McpTransport {
  readonly #messages = new Emitter<JsonRpcMessage>();
  readonly #closes = new Emitter<BerthError>();
  readonly #stdin: Writable;
  readonly #stdout: Readable;
  readonly #onNoise: (text: string) => void;
  readonly #maxBytes: number;
  #noise: string[] = [];
  #closed: BerthError | null = null;

  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closes.event;

  constructor(options: StdioTransportOptions) {
    this.#stdin = options.stdin;
    this.#stdout = options.stdout;
    this.#onNoise = options.onNoise;
    this.#maxBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    const lines = new LineSplitter(
      { maxBytes: this.#maxBytes, headBytes: Math.min(HEAD_BYTES, this.#maxBytes) },
      (line) => this.#receive(line),
      (line) => this.#receiveOverlong(line),
    );
    this.#stdout.on('data', (chunk: Buffer) => {
      lines.push(chunk);
      this.#tellNoise();
    });
    this.#stdout.once('end', () => {
      lines.end();
      this.#tellNoise();
      this.#end(new BerthError('not-running', 'The server closed its output.'));
    });
    this.#stdout.once('error', (error) => this.#end(broken(error)));
    // Stays for good: a write may still fail after the channel was closed, and an unheard error would end Berth.
    this.#stdin.on('error', (error) => this.#end(broken(error)));
  }

  get closed(): BerthError | null {
    return this.#closed;
  }

  send(message: JsonRpcMessage): void {
    if (this.#closed) throw this.#closed;
    const line = `${JSON.stringify(message)}\n`;
    const waiting = this.#stdin.writableLength;
    if (waiting > 0 && waiting + line.length > this.#maxBytes) {
      throw new BerthError('too-large', 'The server does not read its input, and too much is waiting for it.', {
        hint: 'Wait for the running calls, or restart the server.',
      });
    }
    this.#gather();
    this.#stdin.write(line);
  }

  /** What is sent while the loop goes through what has come goes out in one piece: a write of its own for each message costs the most. */
  #gather(): void {
    if (this.#stdin.writableCorked > 0) return;
    this.#stdin.cork();
    setImmediate(() => this.#stdin.uncork());
  }

  drained(): Promise<void> {
    if (this.#closed || !this.#stdin.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const subscription = this.onClose(() => done());
      const done = () => {
        subscription.dispose();
        this.#stdin.off('drain', done);
        resolve();
      };
      this.#stdin.once('drain', done);
    });
  }

  initialized(): void {
    // Over stdio the version is not repeated.
  }

  async close(reason: BerthError): Promise<void> {
    this.#end(reason);
    this.#stdin.end();
  }

  #receive(line: string): void {
    if (this.#closed) return;
    // A flood of other lines must not cost an exception each.
    if (!/^\s*[[{]/.test(line)) {
      this.#noise.push(line);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#noise.push(line);
      return;
    }
    // Batches exist in protocol version 2025-03-26 only.
    const items = Array.isArray(value) && value.length > 0 ? value : [value];
    if (!items.every(isJsonRpcMessage)) {
      this.#noise.push(line);
      return;
    }
    for (const message of items) this.#messages.fire(message);
  }

  #tellNoise(): void {
    if (this.#noise.length === 0) return;
    const text = this.#noise.join('\n');
    this.#noise = [];
    this.#onNoise(text);
  }

  #receiveOverlong(line: OverlongLine): void {
    this.#noise.push(`${line.head}… (${line.bytes} bytes, more than Berth takes in one line)`);
    const id = idOfAnswer(line);
    if (id !== null && !this.#closed) {
      const message = `The server's answer was larger than ${this.#maxBytes} bytes.`;
      this.#messages.fire({ jsonrpc: '2.0', id, error: { code: -32603, message } });
    } else if (line.head.startsWith('{"')) {
      // An answer to somebody unknown: whoever waits for it would wait for ever.
      this.#end(new BerthError('too-large', `The server sent a message of more than ${this.#maxBytes} bytes.`));
    }
  }

  #end(reason: BerthError): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#closes.fire(reason);
  }
}

/**
 * The id of an answer too large to parse, where it certainly is one: at the very beginning (Go and Python servers) or the very
 * end (the TypeScript SDK). Inside a JSON string neither text can occur, because quotes are escaped there.
 */
function idOfAnswer(line: OverlongLine): string | number | null {
  const atHead = /^\{"jsonrpc":"2\.0","id":("[^"\\]*"|\d+),"(?:result|error)":/.exec(line.head);
  const atTail = /,"id":("[^"\\]*"|\d+)\}\s*$/.exec(line.tail);
  const found = atHead?.[1] ?? (line.head.startsWith('{"result":') ? atTail?.[1] : undefined);
  return found === undefined ? null : (JSON.parse(found) as string | number);
}

function broken(error: Error): BerthError {
  return new BerthError('not-running', 'The connection to the server broke.', { cause: error });
}
