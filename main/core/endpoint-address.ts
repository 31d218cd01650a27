import { type ErrorInfo, toErrorInfo } from '../../contract/errors.ts';

/** Where the endpoints are, and why they are not. A port that is taken is no reason for Berth to fail: it is shown. */
export class EndpointAddress {
  readonly #listen: (port: number) => Promise<{ url: string }>;
  #port: number;
  #url: string;
  #error: ErrorInfo | null = null;

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

  /** Listens on the port that it was made for. Never rejects. */
  async open(): Promise<void> {
    try {
      this.#url = (await this.#listen(this.#port)).url;
      this.#error = null;
    } catch (error) {
      this.#error = toErrorInfo(error);
    }
  }

  /** Moves to another port; answers whether there was anything to do. The old port is closed once the new one is open. */
  async move(port: number): Promise<boolean> {
    if (port === this.#port) return false;
    this.#port = port;
    await this.open();
    return true;
  }
}
