import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import type { Context } from '../../../contract/model/context.ts';
import { ACTIVE_CONTEXT } from '../../../contract/model/server.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { ContextRegistry } from './context-registry.ts';
import type { ServerManager } from './server-manager.ts';

type Attempt =
  | { slug: string; prepared: { commit(): void; abort(): Promise<void> } }
  | { slug: string; error: ErrorInfo };

/**
 * Switches the active context: prepares every running server that is bound to it on the new cluster, then swaps all or
 * none (D18). Calls that begin afterwards go to the new cluster; calls in flight end where they began (D19).
 */
export class ContextSwitch {
  readonly #contexts: ContextRegistry;
  readonly #servers: ServerManager;
  readonly #supervisor: Supervisor;
  readonly #settings: SettingsStore;
  readonly #onProgress: () => void;
  #running: Promise<unknown> = Promise.resolve();
  #target: string | null = null;

  constructor(parts: {
    contexts: ContextRegistry;
    servers: ServerManager;
    supervisor: Supervisor;
    settings: SettingsStore;
    onProgress: () => void;
  }) {
    this.#contexts = parts.contexts;
    this.#servers = parts.servers;
    this.#supervisor = parts.supervisor;
    this.#settings = parts.settings;
    this.#onProgress = parts.onProgress;
  }

  /** The context that a switch under way goes to. */
  get target(): string | null {
    return this.#target;
  }

  /**
   * Returns when the endpoints answer from the new context. When a server does not come up there, everything stays on the
   * old one and the error names which and why; with `force` the others go and the failing ones are `failed`.
   * Switches run one after another.
   */
  use(ref: string, options: { force: boolean }): Promise<Context> {
    return this.#inTurn(() => this.#switch(ref, options.force));
  }

  /**
   * Follows an active context that was chosen by an edit of the settings file: as `use` with `force`, since the file says already
   * where the servers belong. Does nothing when they are there.
   */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      const ref = this.#contexts.list().find((context) => context.active)?.ref;
      if (ref === undefined) return;
      const elsewhere = this.#bound().some((slug) => this.#isElsewhere(slug, ref));
      if (elsewhere) await this.#switch(ref, true);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#running.catch(() => {}).then(work);
    this.#running = next;
    return next;
  }

  #bound(): string[] {
    return Object.entries(this.#settings.settings.servers)
      .filter(([, server]) => server.context === ACTIVE_CONTEXT)
      .map(([slug]) => slug);
  }

  #isElsewhere(slug: string, ref: string): boolean {
    return this.#servers.isRunning(slug) && this.#servers.servingContext(slug) !== ref;
  }

  async #switch(wanted: string, force: boolean): Promise<Context> {
    const context = this.#contexts.get(wanted);
    this.#target = context.ref;
    this.#onProgress();
    try {
      await this.#swap(context, force);
    } finally {
      this.#target = null;
      this.#onProgress();
    }
    return this.#contexts.get(context.ref);
  }

  async #swap(context: Context, force: boolean): Promise<void> {
    const bound = this.#bound();
    const running = bound.filter((slug) => this.#isElsewhere(slug, context.ref));
    const attempts = await Promise.all(running.map((slug) => this.#attempt(slug, context.ref)));
    const failed = attempts.filter((attempt) => 'error' in attempt && this.#isWanted(attempt.slug));
    try {
      if (failed.length > 0 && !force) throw refusal(context.ref, failed, this.#contexts.active());
      await this.#contexts.activate(context.ref);
    } catch (error) {
      await Promise.all(attempts.map((attempt) => ('prepared' in attempt ? attempt.prepared.abort() : undefined)));
      throw error;
    }
    for (const attempt of attempts) if ('prepared' in attempt) attempt.prepared.commit();
    await this.#restartOthers(context.ref, bound, running, failed);
  }

  async #attempt(slug: string, context: string): Promise<Attempt> {
    try {
      return { slug, prepared: await this.#servers.prepare(slug, context) };
    } catch (error) {
      return { slug, error: toErrorInfo(error) };
    }
  }

  /** A server that was stopped or removed meanwhile holds up nothing. */
  #isWanted(slug: string): boolean {
    const state = this.#supervisor.get(slug)?.state;
    return state !== undefined && state !== 'stopped' && state !== 'stopping';
  }

  /**
   * What was starting, restarting or failed tries anew on the new cluster; so does what became ready on the old one meanwhile,
   * and what could not be prepared leaves it.
   */
  async #restartOthers(ref: string, bound: string[], running: string[], failed: Attempt[]): Promise<void> {
    const others = bound.filter((slug) => {
      if (running.includes(slug)) return false;
      const state = this.#supervisor.get(slug)?.state;
      if (this.#isElsewhere(slug, ref)) return true;
      return state === 'starting' || state === 'restarting' || state === 'failed';
    });
    await Promise.all([...failed.map(({ slug }) => slug), ...others].map((slug) => this.#restart(slug)));
  }

  async #restart(slug: string): Promise<void> {
    try {
      await this.#servers.restart(slug);
    } catch (error) {
      // Removed meanwhile.
      if (toErrorInfo(error).code !== 'not-found') throw error;
    }
  }
}

function refusal(ref: string, failed: Attempt[], stayed: string | null): BerthError {
  const reasons = failed.map((attempt) => `${attempt.slug}: ${'error' in attempt ? attempt.error.message : ''}`);
  const first = failed[0];
  const cause = first && 'error' in first ? first.error : null;
  return new BerthError(
    cause?.code ?? 'start-failed',
    `Nothing was switched to ${ref}, because not every server came up there. ${reasons.join(' ')}`,
    {
      hint: `${cause?.hint ? `${cause.hint} ` : ''}Everything stays on ${stayed ?? 'no context'}. With force, the others switch and these end as failed.`,
      details: { failed: failed.map(({ slug }) => slug) },
    },
  );
}
