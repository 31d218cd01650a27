import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import {
  type Frame,
  type Tool,
  type ToolResult,
  toolResultSchema,
  toolSchema,
} from '../../../contract/model/inspector.ts';
import type { Disposable } from '../dispose.ts';
import { CallFrames } from './call-frames.ts';
import { inspectorError, isSessionGone, ownError } from './inspector-errors.ts';
import { InspectorSession, type Progress } from './inspector-session.ts';

export interface InspectorOptions {
  /** URL of a server's endpoint. */
  readonly endpoint: (slug: string) => string;
  /** A token that opens it, by whom it is used: the name that the gateway then sees. */
  readonly token: (slug: string, who: string) => string;
  readonly version: string;
  /** Until a call is answered or reports progress, in ms. Default 3 min: tools may work for two. */
  readonly callTimeoutMs?: number;
  /** Until a session is open or a list is there, in ms. Default 90 s: a server may be starting. */
  readonly listTimeoutMs?: number;
}

export interface CallOptions {
  readonly who: string;
  readonly signal?: AbortSignal | undefined;
  readonly onFrame?: ((frame: Frame) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const MAX_PAGES = 100;
const pageSchema = z.looseObject({ tools: z.array(toolSchema), nextCursor: z.string().optional() });
const anySchema = z.looseObject({});

/**
 * An MCP client that goes through the gateway, so that what is tried here is what AI clients get. One session per server and
 * caller is kept, and made anew when the endpoint does not know it any more. Every method rejects with a BerthError:
 * `cancelled`, `timed-out`, `refused` by the guard, `not-found`, `not-running`, `unauthorized`, `protocol`, or the server's own.
 */
export class Inspector implements Disposable {
  readonly #options: InspectorOptions;
  readonly #sessions = new Map<string, Promise<InspectorSession>>();
  readonly #callTimeoutMs: number;
  readonly #listTimeoutMs: number;
  #disposed = false;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.#callTimeoutMs = options.callTimeoutMs ?? 180_000;
    this.#listTimeoutMs = options.listTimeoutMs ?? 90_000;
  }

  /** All pages of the tools that pass the guard, with fields that Berth does not know. */
  async tools(slug: string, who: string, signal?: AbortSignal): Promise<Tool[]> {
    return this.#with(slug, who, 'tools/list', signal, async (session) => {
      const tools: Tool[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const options = { timeoutMs: this.#listTimeoutMs, signal };
        const result = await session.request('tools/list', cursor === undefined ? {} : { cursor }, pageSchema, options);
        tools.push(...result.tools);
        cursor = result.nextCursor;
        if (!cursor) return tools;
      }
      throw new BerthError('protocol', `The list of tools of ${slug} has more than ${MAX_PAGES} pages.`);
    });
  }

  /** The result as the server gave it, also with `isError`; `ms` is what the caller waited. A call is never sent twice. */
  async call(
    slug: string,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions,
  ): Promise<{ result: ToolResult; ms: number }> {
    const { who, signal, onFrame, onProgress } = options;
    return this.#with(slug, who, `tools/call ${tool}`, signal, async (session) => {
      const frames = onFrame ? new CallFrames(tool, args, onFrame) : null;
      const listening = frames && session.listen((direction, message) => frames.see(direction, message));
      const startedAt = performance.now();
      try {
        const request = { timeoutMs: this.#callTimeoutMs, signal, onProgress: onProgress ?? (() => {}) };
        const result = await session.request('tools/call', { name: tool, arguments: args }, toolResultSchema, request);
        const own = ownError(result['_meta']);
        if (own) throw own;
        return { result, ms: Math.round((performance.now() - startedAt) * 100) / 100 };
      } finally {
        await listening?.dispose();
      }
    });
  }

  /** Resolves with the ms that it took. */
  async ping(slug: string, who: string, signal?: AbortSignal): Promise<number> {
    return this.#with(slug, who, 'ping', signal, async (session) => {
      const startedAt = performance.now();
      await session.request('ping', {}, anySchema, { timeoutMs: this.#listTimeoutMs, signal });
      return performance.now() - startedAt;
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.allSettled(sessions.map(async (session) => (await session).dispose()));
  }

  /** Runs on the kept session, and once more on a new one when the kept one is gone: the endpoint did nothing then. */
  async #with<T>(
    slug: string,
    who: string,
    method: string,
    signal: AbortSignal | undefined,
    run: (session: InspectorSession) => Promise<T>,
  ): Promise<T> {
    // The address is part of it: after a move to another port the former sessions lead nowhere.
    const key = `${who} ${this.#options.endpoint(slug)}`;
    try {
      signal?.throwIfAborted();
      const kept = this.#sessions.get(key);
      if (kept) {
        try {
          return await run(await kept);
        } catch (error) {
          if (!isSessionGone(error)) throw error;
          this.#forget(key, kept);
        }
      }
      return await run(await this.#open(key, slug, who));
    } catch (error) {
      if (signal?.aborted) throw new BerthError('cancelled', `${method} was cancelled.`, { cause: error });
      throw inspectorError(error, { slug, method });
    }
  }

  #open(key: string, slug: string, who: string): Promise<InspectorSession> {
    if (this.#disposed) throw new BerthError('not-running', 'Berth is shutting down.');
    const opened = this.#sessions.get(key);
    if (opened) return opened;
    const opening = InspectorSession.open({
      url: this.#options.endpoint(slug),
      token: this.#options.token(slug, who),
      clientInfo: { name: `berth-${who}`, version: this.#options.version },
      timeoutMs: this.#listTimeoutMs,
    });
    this.#sessions.set(key, opening);
    opening.catch(() => {
      if (this.#sessions.get(key) === opening) this.#sessions.delete(key);
    });
    return opening;
  }

  #forget(key: string, kept: Promise<InspectorSession>): void {
    if (this.#sessions.get(key) === kept) this.#sessions.delete(key);
    void kept.then((session) => session.dispose()).catch(() => {});
  }
}
