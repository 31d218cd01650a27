import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { z } from 'zod';
import { progressSchema } from '../../../contract/model/inspector.ts';
import type { Disposable } from '../dispose.ts';
import { type MessageListener, RecordedTransport } from './recorded-transport.ts';

export type Progress = z.output<typeof progressSchema>;

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** One MCP session with an endpoint, over HTTP, as an AI client would have it. */
export class InspectorSession implements Disposable {
  readonly #client: Client;
  readonly #http: StreamableHTTPClientTransport;
  readonly #listeners = new Set<MessageListener>();

  private constructor(client: Client, http: StreamableHTTPClientTransport) {
    this.#client = client;
    this.#http = http;
  }

  /** Rejects with what the client library throws. */
  static async open(options: {
    url: string;
    token: string;
    clientInfo: { name: string; version: string };
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  }): Promise<InspectorSession> {
    const http = new StreamableHTTPClientTransport(new URL(options.url), {
      requestInit: { headers: { authorization: `Bearer ${options.token}` } },
    });
    const session = new InspectorSession(new Client(options.clientInfo), http);
    const transport = new RecordedTransport(http, (direction, message) => session.#tell(direction, message));
    const { timeoutMs: timeout, signal } = options;
    try {
      await session.#client.connect(transport, { timeout, ...(signal ? { signal } : {}) });
    } catch (error) {
      await session.#client.close().catch(() => {});
      throw error;
    }
    return session;
  }

  /** Every message of this session until disposed. Listeners are asked in the order they came; a `true` ends the round. */
  listen(listener: MessageListener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Progress starts the time limit anew. An aborted signal sends `notifications/cancelled`. Rejects with what the client library throws. */
  request<S extends z.ZodType>(
    method: string,
    params: Record<string, unknown>,
    schema: S,
    options: RequestOptions,
  ): Promise<z.output<S>> {
    const { onProgress } = options;
    return this.#client.request({ method, params }, schema, {
      timeout: options.timeoutMs,
      resetTimeoutOnProgress: true,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(onProgress ? { onprogress: (progress) => onProgress(progressSchema.parse(progress)) } : {}),
    }) as Promise<z.output<S>>;
  }

  async dispose(): Promise<void> {
    // Polite only: the endpoint collects sessions by itself, and may be gone already.
    await this.#http.terminateSession().catch(() => {});
    await this.#client.close();
  }

  #tell(...[direction, message]: Parameters<MessageListener>): void {
    for (const listener of [...this.#listeners]) if (listener(direction, message) === true) return;
  }
}
