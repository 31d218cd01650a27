import { BerthError, type ErrorInfo, toErrorInfo } from '../../contract/errors.ts';
import type { Disposable } from './dispose.ts';
import { Emitter } from './emitter.ts';

/** How long after a failure to try again, in ms: whoever held the port may have gone. */
const RETRY_MS = 3_000;

/**
 * Where the endpoints are, and why they are not. A port that is taken is no reason for Berth to fail: it is shown, and tried
 * again until it is free.
 */
export class EndpointAddress implements Disposable {
  readonly #listen: (port: number) => Promise<{ url: string }>;
  readonly #changed = new Emitter<void>();
  #port: number;
  /** Where it listens, also while it is to move to a port that is taken. */
  #open: number | null = null;
  #url: string;
  #error: ErrorInfo | null = null;
  #running: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | null = null;
  #disposed = false;

  /** Fires when the endpoints are elsewhere, or when why they are not has changed. */
  readonly onDidChange = this.#changed.event;

  constructor(port: number, listen: (port: number) => Promise<{ url: string }>) {
    this.#listen = listen;
    this.#port = port;
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Base URL, e.g. `http://127.0.0.1:23784`: also while it does not listen, since that is what clients have. */
  get url(): string {
    return this.#url;
  }

  get error(): ErrorInfo | null {
    return this.#error;
  }

  of(slug: string): string {
    return `${this.#url}/${slug}/mcp`;
  }

  /**
   * The same for Berth's own calls, which carry a token that opens every server. Throws why nothing listens: whoever holds the port
   * instead must not be given it.
   */
  own(slug: string): string {
    if (this.#open !== null) return this.of(slug);
    throw this.#error
      ? BerthError.from(this.#error)
      : new BerthError('not-running', 'The endpoints are not open yet.', { hint: 'Try again in a moment.' });
  }

  /** Listens on the port that it was made for, or tries to again. Never rejects. One try after another. */
  open(): Promise<void> {
    this.#running = this.#running.then(() => this.#try());
    return this.#running;
  }

  /** Moves to another port. The old one is closed once the new one is open. */
  async move(port: number): Promise<void> {
    if (port === this.#port) return;
    this.#port = port;
    await this.open();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#retry) clearTimeout(this.#retry);
    await this.#running;
  }

  async #try(): Promise<void> {
    if (this.#disposed) return;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    const before = JSON.stringify([this.#url, this.#error]);
    try {
      const port = this.#port;
      if (this.#open !== port) this.#url = (await this.#listen(port)).url;
      this.#open = port;
      this.#error = null;
    } catch (error) {
      this.#error = toErrorInfo(error);
      if (!this.#disposed) this.#retry = setTimeout(() => void this.open(), RETRY_MS);
    }
    if (JSON.stringify([this.#url, this.#error]) !== before) this.#changed.fire();
  }
}
