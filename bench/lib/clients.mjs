import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

/**
 * An AI client: the official SDK over Streamable HTTP with an endpoint token of its own. Calls one tool every `everyMs`, whether the
 * last call has been answered or not, and keeps what came of each.
 */
export class CallingClient {
  /** What was called: times by `performance.now()`; `failure` is null for an answer that is no error. */
  calls = [];
  /** When `tools/list_changed` came. */
  listChanges = [];
  #client = new Client({ name: 'bench', version: '1.0.0' });
  #pending = new Set();
  #timer = null;
  #watchers = new Set();

  /** Connects with what `endpoint.mint` (or `berth endpoint SLUG`) answered. */
  static async connect({ url, headers }) {
    const client = new CallingClient();
    client.#client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      client.listChanges.push(performance.now());
      client.#wake();
    });
    await client.#client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    return client;
  }

  /** The first call comes after `delayMs`, so that several clients do not call at once. */
  start(tool, everyMs, delayMs = 0) {
    const call = () => {
      const calling = this.#call(tool).finally(() => this.#pending.delete(calling));
      this.#pending.add(calling);
    };
    this.#timer = setTimeout(() => {
      call();
      this.#timer = setInterval(call, everyMs);
    }, delayMs);
  }

  /** Resolves when `seen` answers true, or after `timeoutMs` with false. Looks whenever a call has ended or the list has changed. */
  until(seen, timeoutMs) {
    return new Promise((resolve) => {
      const done = (answer) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(answer);
      };
      const look = () => seen(this) && done(true);
      const timer = setTimeout(() => done(false), timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Calls no more; resolves when every call has ended. */
  async pause() {
    clearTimeout(this.#timer);
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  /** As `pause`, and closes the session. */
  async stop() {
    await this.pause();
    await this.#client.close();
  }

  async #call(tool) {
    const began = performance.now();
    let text = '';
    let failure = null;
    try {
      const result = await this.#client.callTool({ name: tool, arguments: {} });
      text = result.content.map((part) => part.text ?? '').join('\n');
      if (result.isError) failure = text;
    } catch (error) {
      failure = error.message;
    }
    this.calls.push({ began, ended: performance.now(), text, failure });
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#watchers]) look();
  }
}
