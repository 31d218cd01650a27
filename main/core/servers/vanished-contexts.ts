import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Server } from '../../../contract/model/server.ts';
import type { Disposable } from '../dispose.ts';

/** How long a context may be away before it counts as gone, in ms: tools that replace a kubeconfig take the old one away first. */
const GRACE_MS = 1_500;

/** What is needed of the servers. */
export interface VanishedContextsPort {
  servers(): readonly Pick<Server, 'slug' | 'state' | 'desired' | 'error'>[];
  /** Why the context of a server is not there; null when it is, or when it needs none. */
  lost(slug: string): ErrorInfo | null;
  /** Reads the kubeconfigs again. */
  look(): Promise<void>;
  /** Ends a running server as failed with this error. */
  fail(slug: string, error: ErrorInfo): void;
  /** Starts one that should run. */
  start(slug: string): void;
}

/**
 * Stops servers whose context has disappeared from the kubeconfigs, and starts them again when it is back. A server must not go on with
 * a credential that its user has taken away; but a file that is being replaced is away for a moment, so nothing is done before the
 * grace is over and the files have been read once more.
 */
export class VanishedContexts implements Disposable {
  readonly #port: VanishedContextsPort;
  readonly #graceMs: number;
  /** Failed because their context was not there. */
  readonly #waiting = new Set<string>();
  #grace: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(port: VanishedContextsPort, graceMs = GRACE_MS) {
    this.#port = port;
    this.#graceMs = graceMs;
  }

  /** Looks at every server: to be called when kubeconfigs or servers changed. */
  update(): void {
    if (this.#disposed) return;
    const servers = this.#port.servers();
    for (const slug of this.#waiting) if (!servers.some((server) => server.slug === slug)) this.#waiting.delete(slug);
    for (const server of servers) this.#recall(server);
    if (this.#grace === null && this.#stranded().length > 0) {
      this.#grace = setTimeout(() => void this.#endGrace(), this.#graceMs);
    }
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#grace) clearTimeout(this.#grace);
  }

  #recall({ slug, state, desired, error }: ReturnType<VanishedContextsPort['servers']>[number]): void {
    const failedWithout = state === 'failed' && (error?.code === 'context-gone' || error?.code === 'not-found');
    if (desired !== 'running' || (!failedWithout && state !== 'restarting')) {
      this.#waiting.delete(slug);
    } else if (failedWithout && this.#port.lost(slug) !== null) {
      this.#waiting.add(slug);
    } else if (failedWithout && this.#waiting.delete(slug)) {
      this.#port.start(slug);
    }
  }

  #stranded(): { slug: string; error: ErrorInfo }[] {
    return this.#port.servers().flatMap(({ slug, state }) => {
      if (state !== 'ready' && state !== 'degraded' && state !== 'starting') return [];
      const error = this.#port.lost(slug);
      return error?.code === 'context-gone' ? [{ slug, error }] : [];
    });
  }

  async #endGrace(): Promise<void> {
    await this.#port.look().catch(() => {});
    this.#grace = null;
    if (this.#disposed) return;
    for (const { slug, error } of this.#stranded()) this.#port.fail(slug, error);
  }
}
