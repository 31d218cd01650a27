import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { ACTIVE_CONTEXT } from '../../../contract/model/binding.ts';
import type { Context } from '../../../contract/model/context.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { PreparedServer } from './changeover.ts';
import type { ContextRegistry } from './context-registry.ts';
import type { ServerManager } from './server-manager.ts';

/** A server's second process on the new cluster, or why there is none. */
type Attempt = { slug: string; prepared: PreparedServer } | { slug: string; error: ErrorInfo };

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
   * Switches run one after another. `signal` takes a switch back as long as nothing has been swapped: `cancelled`.
   */
  use(ref: string, options: { force: boolean; signal?: AbortSignal }): Promise<Context> {
    return this.#inTurn(() => this.#switch(ref, options.force, options.signal));
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

  async #switch(wanted: string, force: boolean, signal?: AbortSignal): Promise<Context> {
    const context = this.#contexts.get(wanted);
    this.#assertWanted(context.ref, signal);
    this.#target = context.ref;
    this.#onProgress();
    try {
      await this.#swap(context.ref, force, signal);
    } finally {
      this.#target = null;
      this.#onProgress();
    }
    return this.#contexts.get(context.ref);
  }

  async #swap(ref: string, force: boolean, signal?: AbortSignal): Promise<void> {
    const attempts = await Promise.all((await this.#prepareAll(ref, signal)).map(stillThere));
    const failed = attempts.filter((attempt) => 'error' in attempt && this.#isWanted(attempt.slug));
    const prepared = attempts.flatMap((attempt) => ('prepared' in attempt ? [attempt.prepared] : []));
    try {
      this.#assertWanted(ref, signal);
      // It may have gone while the servers started on it.
      this.#contexts.get(ref);
      if (failed.length > 0 && !force) throw refusal(ref, failed, this.#contexts.active());
      await this.#contexts.activate(ref);
    } catch (error) {
      await Promise.all(prepared.map((server) => server.abort()));
      throw error;
    }
    for (const server of prepared) server.commit();
    const tried = attempts.map(({ slug }) => slug);
    await this.#restartOthers(
      ref,
      tried,
      failed.map(({ slug }) => slug),
    );
  }

  /** Prepares every server that is elsewhere, also those that become ready there meanwhile: they could serve the old cluster on. */
  async #prepareAll(ref: string, signal?: AbortSignal): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    for (;;) {
      const fresh = this.#bound().filter(
        (slug) => this.#isElsewhere(slug, ref) && !attempts.some((attempt) => attempt.slug === slug),
      );
      if (fresh.length === 0) return attempts;
      attempts.push(...(await Promise.all(fresh.map((slug) => this.#attempt(slug, ref, signal)))));
    }
  }

  async #attempt(slug: string, context: string, signal?: AbortSignal): Promise<Attempt> {
    try {
      return { slug, prepared: await this.#servers.prepare(slug, context, signal) };
    } catch (error) {
      return { slug, error: toErrorInfo(error) };
    }
  }

  #assertWanted(ref: string, signal?: AbortSignal): void {
    if (!signal?.aborted) return;
    throw new BerthError('cancelled', `The switch to ${ref} was taken back.`, {
      hint: `Everything stays on ${this.#contexts.active() ?? 'no context'}.`,
    });
  }

  /** A server that was stopped or removed meanwhile holds up nothing. */
  #isWanted(slug: string): boolean {
    const state = this.#supervisor.get(slug)?.state;
    return state !== undefined && state !== 'stopped' && state !== 'stopping';
  }

  /**
   * What was starting, restarting or failed tries anew on the new cluster; so does what became ready on the old one at the last
   * moment, and what could not be prepared leaves it.
   */
  async #restartOthers(ref: string, tried: string[], failed: string[]): Promise<void> {
    const others = this.#bound().filter((slug) => {
      if (tried.includes(slug)) return failed.includes(slug);
      const state = this.#supervisor.get(slug)?.state;
      return this.#isElsewhere(slug, ref) || state === 'starting' || state === 'restarting' || state === 'failed';
    });
    await Promise.all(others.map((slug) => this.#restart(slug)));
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

/** A process that was ready may have ended while the others were still on their way. */
async function stillThere(attempt: Attempt): Promise<Attempt> {
  if ('error' in attempt || !attempt.prepared.ended) return attempt;
  await attempt.prepared.abort();
  return { slug: attempt.slug, error: attempt.prepared.ended };
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
