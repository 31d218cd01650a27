import { type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { effectiveGuard } from '../../../contract/model/guard.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { Backend } from '../backend/backend.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { Planner } from '../supervisor/server-run.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { ContextRegistry } from './context-registry.ts';
import type { DockedSettings } from './docked-settings.ts';
import type { Launched, Launcher } from './launcher.ts';

export interface ChangeoverParts {
  readonly docked: DockedSettings;
  readonly contexts: ContextRegistry;
  readonly supervisor: Supervisor;
  readonly launcher: Launcher;
  readonly logs: LogStore;
  /** Lets calls that began on an old backend end there. */
  readonly drain: (backend: Backend) => Promise<void>;
}

/** A second process beside a server's present one. */
export interface PreparedServer {
  /** Why it is of no use any more, though it was ready; null while it waits. */
  readonly ended: ErrorInfo | null;
  /** Whether it is what the settings ask for now. */
  isRight(): boolean;
  /** Puts it to work. Where settings changed meanwhile, they are followed after. */
  commit(): void;
  abort(): Promise<void>;
}

/** Brings processes to what the settings ask for: starts them, and replaces those that run without a lost session. */
export class Changeover {
  readonly #parts: ChangeoverParts;
  readonly #planned = new Map<string, Launched>();

  constructor(parts: ChangeoverParts) {
    this.#parts = parts;
  }

  /** What the present process was started from; null when it never was. */
  planned(slug: string): Launched | null {
    return this.#planned.get(slug) ?? null;
  }

  forget(slug: string): void {
    this.#planned.delete(slug);
  }

  launch(slug: string): void {
    this.#parts.supervisor.start(slug, this.#planner(slug));
  }

  async restart(slug: string): Promise<void> {
    if (this.#parts.supervisor.get(slug)) await this.#parts.supervisor.restart(slug, this.#planner(slug));
    else this.launch(slug);
  }

  isRunning(slug: string): boolean {
    const state = this.#parts.supervisor.get(slug)?.state;
    return state === 'ready' || state === 'degraded';
  }

  /** The context of a server's binding as it is now, or why it cannot be told. */
  binding(server: ServerSettings): { context: string | null; error: ErrorInfo | null } {
    try {
      return { context: this.#parts.launcher.contextOf(server), error: null };
    } catch (error) {
      return { context: null, error: toErrorInfo(error) };
    }
  }

  /** Makes changed settings hold for the process: one that runs is replaced, one on its way or given up begins anew. */
  async goOver(slug: string): Promise<void> {
    const state = this.#parts.supervisor.get(slug)?.state;
    if (this.isRunning(slug)) await this.#replace(slug);
    else if (state === 'starting' || state === 'restarting') await this.restart(slug);
    else if (this.#parts.docked.get(slug).run) this.launch(slug);
  }

  /**
   * The same for settings that hold already, whatever comes of it: a server that cannot go over does not stay on a cluster that it
   * is not bound to any more.
   */
  async goOverForGood(slug: string): Promise<void> {
    try {
      await this.goOver(slug);
    } catch (error) {
      const planned = this.planned(slug);
      if (this.isRunning(slug) && this.#bound(slug) !== (planned && this.#nameNow(planned))) await this.restart(slug);
      throw error;
    }
  }

  /** Whether the process has its own read-only switch set as the guard that holds now asks for, which a context's cap may have moved. */
  isGuardRight(slug: string): boolean {
    const planned = this.planned(slug);
    const settings = this.#parts.docked.find(slug);
    const state = this.#parts.supervisor.get(slug)?.state;
    if (!planned || !settings || state === undefined || state === 'stopped' || state === 'failed') return true;
    return planned.guard === effectiveGuard(settings.guard, this.#parts.contexts.cap(planned.context).level);
  }

  /** Goes over by itself, since what it was started from was outdated when it came up. */
  again(slug: string): void {
    this.goOverForGood(slug).catch((error: unknown) => {
      const { code, message } = toErrorInfo(error);
      // Somebody stopped it meanwhile, which is no failure.
      if (code === 'cancelled') return;
      const text = `it could not be changed over: ${message}`;
      this.#parts.logs.append({ slug, stream: 'event', level: 'error', text });
    });
  }

  /**
   * Starts a second process, on `context` if the server follows the active one. Nothing has changed until `commit`. What was
   * prepared for a context that the server is not bound to any more is never put to work (`isRight`). `signal` takes it back.
   */
  async prepare(slug: string, context?: string, signal?: AbortSignal): Promise<PreparedServer> {
    const before = this.#parts.docked.fingerprint(slug);
    let launched: Launched | null = null;
    let committed = false;
    const onPlanned = (value: Launched) => {
      launched = value;
      if (committed) this.#planned.set(slug, value);
    };
    const planner = this.#parts.launcher.planner(slug, onPlanned, context);
    const prepared = await this.#parts.supervisor.prepare(slug, planner, signal);
    const isBound = () => launched !== null && this.#bound(slug) === this.#nameNow(launched);
    const isUnchanged = () => this.#parts.docked.fingerprint(slug) === before;
    return {
      get ended() {
        return prepared.backend.closed?.toInfo() ?? null;
      },
      isRight: () => isBound() && isUnchanged(),
      commit: () => {
        if (isBound()) {
          committed = true;
          if (launched) this.#planned.set(slug, launched);
          prepared.commit(this.#parts.drain);
          if (isUnchanged()) return;
        } else {
          void prepared.abort();
        }
        this.again(slug);
      },
      abort: () => prepared.abort(),
    };
  }

  /** Swaps when the second process is ready, and lets calls in flight end on the old one. */
  async #replace(slug: string): Promise<void> {
    const switching = await this.prepare(slug);
    if (switching.isRight()) return switching.commit();
    await switching.abort();
    await this.goOver(slug);
  }

  /** The context that a server is bound to now; undefined when that cannot be told or it is not docked any more. */
  #bound(slug: string): string | null | undefined {
    const settings = this.#parts.docked.find(slug);
    const bound = settings && this.binding(settings);
    return bound === null || bound.error ? undefined : bound.context;
  }

  /** How the context that a process was started on is called now. */
  #nameNow({ context }: Launched): string | null {
    return context === null ? null : this.#parts.contexts.nameNow(context);
  }

  #planner(slug: string): Planner {
    return this.#parts.launcher.planner(slug, (launched) => this.#planned.set(slug, launched));
  }
}
