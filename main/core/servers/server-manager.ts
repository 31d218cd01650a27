import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import type { CommandSet } from '../../../contract/model/guard.ts';
import type { AddServer, Server, UpdateServer } from '../../../contract/model/server.ts';
import type { Backend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { DisposableStore } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { Measure } from '../measure/measure.ts';
import { validateOptions } from '../presets/options.ts';
import { warningsOf } from '../presets/plan-launch.ts';
import type { PresetCatalog } from '../presets/preset-catalog.ts';
import type { PresetDefinition } from '../presets/preset-schema.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Activity } from './activity.ts';
import { Changeover, type PreparedServer } from './changeover.ts';
import type { ContextRegistry } from './context-registry.ts';
import { changedSettings, concernsProcess, type DockedSettings, docked, notYetDocked } from './docked-settings.ts';
import type { Launcher } from './launcher.ts';
import { newServer, validBinding } from './new-server.ts';
import { serverView } from './server-view.ts';
import { sharingOf } from './sharing-of.ts';
import { ToolCounts } from './tool-counts.ts';

export interface ServerManagerParts {
  readonly docked: DockedSettings;
  readonly presets: PresetCatalog;
  readonly contexts: ContextRegistry;
  readonly supervisor: Supervisor;
  readonly launcher: Launcher;
  readonly activity: Activity;
  /** What a server's processes use and open. */
  readonly measure: (slug: string) => Measure | null;
  readonly logs: LogStore;
  /** Base URL of the endpoints. */
  readonly endpoint: () => string;
  /** Counts the tools that an AI client would see. */
  readonly countTools: (slug: string) => Promise<number>;
  /** Lets calls that began on an old backend end there. */
  readonly drain: (backend: Backend) => Promise<void>;
  /** Tells clients that other tools pass now. */
  readonly toolsChanged: (slug: string) => void;
}

const OUTDATED_ENVIRONMENT =
  'The variables under env in the settings have changed since it was started: restart it to apply them.';

/** The docked servers: what the user configured, and running it. */
export class ServerManager implements Disposable {
  readonly #parts: ServerManagerParts;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions = new DisposableStore();
  /** The context whose cluster answers a server's calls now. */
  readonly #serving = new Map<string, string | null>();
  readonly #changeover: Changeover;
  readonly #tools: ToolCounts;

  readonly onDidChange = this.#changed.event;

  constructor(parts: ServerManagerParts) {
    this.#parts = parts;
    const { supervisor, logs, countTools: ask } = parts;
    this.#changeover = new Changeover(parts);
    this.#tools = new ToolCounts({ ask, logs, current: (slug) => supervisor.current(slug) });
    this.#subscriptions.add(this.#tools.onDidChange(() => this.#changed.fire()));
    this.#subscriptions.add(parts.supervisor.onDidChange(() => this.#changed.fire()));
    this.#subscriptions.add(
      parts.supervisor.onDidChangeBackend(({ slug, backend }) => this.#backendChanged(slug, backend)),
    );
  }

  list(): Server[] {
    return this.#parts.docked.slugs().map((slug) => this.get(slug));
  }

  /** Throws `not-found`. */
  get(slug: string): Server {
    const { docked: all, contexts, supervisor, activity, endpoint } = this.#parts;
    const settings = all.get(slug);
    const supervised = supervisor.get(slug) ?? null;
    const bound = this.#changeover.binding(settings);
    // One that is on its way serves nobody, and comes up on what it is bound to.
    const serves = this.isRunning(slug) && this.#serving.has(slug);
    const context = serves ? this.servingContext(slug) : bound.context;
    const preset = this.#preset(settings.preset);
    const transport = settings.transport ?? preset?.transports[0]?.transport ?? 'stdio';
    const planned = this.#changeover.planned(slug);
    const warnings = preset ? warningsOf(preset, transport, planned?.version ?? null) : [];
    if (planned && this.isRunning(slug) && !planned.hasRightEnvironment()) warnings.push(OUTDATED_ENVIRONMENT);
    return serverView({
      slug,
      settings,
      transport,
      sharing: sharingOf(settings, preset),
      supervised,
      context,
      contextError: bound.error,
      cap: contexts.cap(context),
      reachable: contexts.reachability(context)?.reachable ?? null,
      tools: this.#tools.of(slug),
      clients: activity.clientsOf(slug),
      callsPerMinute: activity.perMinute(slug),
      endpoint: endpoint(),
      measure: this.#parts.measure(slug),
      warnings,
    });
  }

  /** The context that serves this server's calls now; what the guard is computed from (D15). */
  servingContext(slug: string): string | null {
    const serving = this.#serving.get(slug) ?? null;
    return serving === null ? null : this.#parts.contexts.nameNow(serving);
  }

  /** Commands and flags of the program that serves this server's calls now; null while they are not known (D17). */
  servingCommands(slug: string): CommandSet | null {
    return this.#changeover.planned(slug)?.commands ?? null;
  }

  /** Why the context that this server works on, or would be started on, is not there; null when it is. */
  lostContext(slug: string): ErrorInfo | null {
    const { docked: all, contexts } = this.#parts;
    const settings = all.find(slug);
    if (!settings) return null;
    const serving = this.isRunning(slug) ? (this.#serving.get(slug) ?? null) : null;
    if (serving === null) return this.#changeover.binding(settings).error;
    try {
      contexts.resolve(serving);
      return null;
    } catch (error) {
      return toErrorInfo(error);
    }
  }

  /** Starts a server that should run and has failed, without writing anything down: what it lacked is there again. */
  tryAgain(slug: string): void {
    if (this.#parts.docked.find(slug)?.run) this.#changeover.launch(slug);
  }

  /** Puts a second process in the place of one that read its kubeconfig only when it started. Those that read it again are left alone. */
  followKubeconfig(slug: string): void {
    const preset = this.#preset(this.#parts.docked.find(slug)?.preset ?? '');
    if (preset?.rereadsKubeconfig || !this.isRunning(slug)) return;
    const text = 'its kubeconfig changed: a new process takes over';
    this.#parts.logs.append({ slug, stream: 'event', level: 'info', text });
    this.#changeover.again(slug);
  }

  async add(input: AddServer): Promise<Server> {
    const { slug, settings: server } = await newServer(input, this.#parts);
    await this.#parts.docked.save(slug, (before) => {
      notYetDocked(slug, before);
      return server;
    });
    this.#parts.logs.append({ slug, stream: 'event', level: 'info', text: `docked from preset ${input.preset}` });
    if (server.run) this.#changeover.launch(slug);
    this.#changed.fire();
    return this.get(slug);
  }

  /** Changes a docked server; one that runs goes over to the change without a lost session. */
  async update(input: UpdateServer): Promise<Server> {
    const { slug } = input;
    this.#parts.docked.get(slug);
    const binding = input.context === undefined ? null : validBinding(input.context, this.#parts.contexts);
    const former = await this.#parts.docked.save(slug, (before) => {
      const after = changedSettings(docked(slug, before), input, binding);
      validateOptions(this.#parts.presets.get(after.preset), after.options);
      return after;
    });
    const changed = this.#parts.docked.fingerprint(slug);
    if (input.tools) this.#toolsChanged(slug);
    this.#changed.fire();
    // One that was given up may have been so for its limits.
    if (!concernsProcess(input) && this.#parts.supervisor.get(slug)?.state !== 'failed') return this.get(slug);
    try {
      await this.#changeover.goOver(slug);
    } catch (error) {
      // The former process goes on, so what it was started from holds on too.
      if (!this.isRunning(slug)) throw error;
      await this.#parts.docked.restore(slug, changed, former);
      this.#changed.fire();
      const info = toErrorInfo(error);
      throw BerthError.from({ ...info, message: `${slug} stays as it was. ${info.message}` });
    }
    return this.get(slug);
  }

  async remove(slug: string): Promise<void> {
    // First from the settings: from then on nothing can start it again.
    await this.#parts.docked.save(slug, (before) => {
      docked(slug, before);
      return null;
    });
    await this.#parts.supervisor.remove(slug);
    this.#forget(slug);
    this.#parts.activity.forget(slug);
    this.#changed.fire();
  }

  async start(slug: string): Promise<void> {
    await this.#wish(slug, true);
    this.#changeover.launch(slug);
  }

  /** Stops it also when that cannot be written down; rejects with why then, since it will start again with Berth. */
  async stop(slug: string): Promise<void> {
    this.#parts.docked.get(slug);
    const unwritten = await this.#wish(slug, false).then(
      () => null,
      (error: unknown) => toErrorInfo(error),
    );
    await this.#parts.supervisor.stop(slug);
    this.#forget(slug);
    this.#changed.fire();
    if (!unwritten) return;
    const message = `${slug} is stopped, but will start again with Berth. ${unwritten.message}`;
    throw BerthError.from(unwritten.code === 'not-found' ? unwritten : { ...unwritten, message });
  }

  async restart(slug: string): Promise<void> {
    await this.#wish(slug, true);
    await this.#changeover.restart(slug);
  }

  /** Resolves when the tools of this server's present backend have been counted, or could not be. */
  async counted(slug: string): Promise<void> {
    await this.#tools.settled(slug);
  }

  /** Counts the tools of every server anew: the endpoints are open again. */
  countAgain(): void {
    for (const slug of this.#parts.docked.slugs()) this.#tools.count(slug);
  }

  /** Starts everything that should run. One that fails holds up nobody. */
  startWanted(): void {
    this.#parts.docked.acceptAll();
    for (const slug of this.#parts.docked.slugs()) if (this.#parts.docked.get(slug).run) this.#changeover.launch(slug);
  }

  /** Follows an edit of the settings file by somebody else: starts, changes and stops what it asks for. One that fails holds up nobody. */
  async followSettings(): Promise<void> {
    const { docked: all, logs } = this.#parts;
    const edited = all.takeEdited();
    const guarded = all.slugs().filter((slug) => !edited.includes(slug) && !this.#changeover.isGuardRight(slug));
    await Promise.all(
      [...edited, ...guarded].map(async (slug) => {
        try {
          await this.#follow(slug);
        } catch (error) {
          const text = `the edit of the settings could not be followed: ${toErrorInfo(error).message}`;
          logs.append({ slug, stream: 'event', level: 'error', text });
        }
      }),
    );
    if (edited.length > 0) this.#changed.fire();
  }

  #toolsChanged(slug: string): void {
    this.#parts.toolsChanged(slug);
    this.#tools.count(slug);
  }

  async #follow(slug: string): Promise<void> {
    const { docked: all, supervisor } = this.#parts;
    if (!all.has(slug)) {
      await supervisor.remove(slug);
      this.#forget(slug);
    } else if (!all.get(slug).run) {
      await supervisor.stop(slug);
      this.#forget(slug);
    } else if (this.#parts.supervisor.get(slug)) {
      await this.#changeover.goOverForGood(slug);
    } else {
      this.#changeover.launch(slug);
    }
  }

  isRunning(slug: string): boolean {
    return this.#changeover.isRunning(slug);
  }

  /** A second process beside the present one, for switching several servers at once. */
  prepare(slug: string, context: string, signal?: AbortSignal): Promise<PreparedServer> {
    return this.#changeover.prepare(slug, context, signal);
  }

  async dispose(): Promise<void> {
    await this.#subscriptions.dispose();
  }

  /** Also when nothing has to be written: wishes take effect in the order in which they came. */
  async #wish(slug: string, run: boolean): Promise<void> {
    await this.#parts.docked.save(slug, (before) => ({ ...docked(slug, before), run }));
  }

  #backendChanged(slug: string, backend: Backend | null): void {
    if (backend === null) {
      this.#tools.drop(slug);
    } else {
      this.#serving.set(slug, this.#changeover.planned(slug)?.context ?? null);
      this.#tools.count(slug);
      // The cap was changed while it started.
      if (!this.#changeover.isGuardRight(slug)) this.#changeover.again(slug);
    }
    this.#changed.fire();
  }

  #forget(slug: string): void {
    this.#serving.delete(slug);
    this.#changeover.forget(slug);
    this.#tools.forget(slug);
  }

  /** Null for a preset that is gone: its server is still shown, and says so when it is started. */
  #preset(id: string): PresetDefinition | null {
    try {
      return this.#parts.presets.get(id);
    } catch {
      return null;
    }
  }
}
