import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import type { ServerState } from '../../../contract/model/server.ts';
import type { Backend, DedicatedBackend, DedicatedClient } from '../backend/backend.ts';
import { openHttpTransport } from '../backend/open-http-transport.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import { dedicate, modernize } from './dedicated-run.ts';
import { Ledger } from './ledger.ts';
import { readyOrWhy } from './ready-or-why.ts';
import { logReapReport, type ReapReport, reapOrphans } from './reap-orphans.ts';
import { reduce } from './reduce.ts';
import { retire } from './retire.ts';
import type { RunEnd } from './run-end.ts';
import { newEntry, type Prepared, type ServerEntry, type SupervisedServer, snapshotOf } from './server-entry.ts';
import type { ServerEffect, ServerEvent } from './server-model.ts';
import { type Planner, type RunContext, ServerRun } from './server-run.ts';
import { StartGate } from './start-gate.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import { defaultTimings, type Timings } from './timings.ts';
import { notRunning, waitForServer } from './wait-for-server.ts';

/** Runs the servers: starts, watches, restarts and stops them, and holds the channel to each. */
export class Supervisor implements Disposable {
  readonly #entries = new Map<string, ServerEntry>();
  readonly #changes = new Emitter<string>();
  readonly #backends = new Emitter<{ slug: string; backend: Backend | null }>();
  readonly #context: RunContext;
  readonly #timings: Timings;
  readonly #clock: () => number;
  readonly #random: () => number;
  #disposed = false;

  /** Fires with the slug of a server of which something that `get` shows has changed. */
  readonly onDidChange = this.#changes.event;
  /** Fires when a server's backend came, was replaced, or went (null). */
  readonly onDidChangeBackend = this.#backends.event;

  constructor(options: SupervisorOptions) {
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#clock = options.clock ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    const { logs, clientInfo } = options;
    const ledger = new Ledger(options.ledgerFile, (text) =>
      logs.append({ slug: 'berth', stream: 'event', level: 'warn', text }),
    );
    const { gate = new StartGate(), pausedSince = () => false } = options;
    this.#context = { logs, clientInfo, ledger, timings: this.#timings, openHttpTransport, gate, pausedSince };
  }

  /** Ends what an earlier Berth that is no more has left running; what cannot be proven to be that is kept and named. */
  async reapOrphans(): Promise<ReapReport> {
    const { ledger, logs } = this.#context;
    const report = await reapOrphans(await ledger.previous(), this.#timings.termGraceMs);
    logReapReport(report, logs);
    await ledger.forgetPrevious([...report.reaped, ...report.gone]);
    return report;
  }

  /** Starts a server that does not run; for one that runs, `planner` holds from the next restart on. */
  start(slug: string, planner: Planner): void {
    const entry = this.#entry(slug, planner);
    this.#dispatch(entry, { type: 'start' });
  }

  /** Stops and starts again; resolves when the old process is gone and the new one is on its way. */
  async restart(slug: string, planner?: Planner): Promise<void> {
    const entry = this.#known(slug);
    if (planner) entry.planner = planner;
    const old = entry.run;
    this.#dispatch(entry, { type: 'restart' });
    await old?.ended;
  }

  /** Resolves when nothing of the server is left running. Unknown servers are stopped. */
  async stop(slug: string): Promise<void> {
    const entry = this.#entries.get(slug);
    if (!entry) return;
    entry.stops += 1;
    this.#dispatch(entry, { type: 'stop' });
    await Promise.all([...entry.runs].map((run) => run.terminate()));
  }

  /** Stops and forgets it. */
  async remove(slug: string): Promise<void> {
    const entry = this.#entries.get(slug);
    await this.stop(slug);
    if (entry && this.#entries.get(slug) === entry && entry.model.state === 'stopped') {
      this.#entries.delete(slug);
      this.#changes.fire(slug);
    }
  }

  get(slug: string): SupervisedServer | undefined {
    const entry = this.#entries.get(slug);
    return entry && snapshotOf(entry);
  }

  list(): SupervisedServer[] {
    return [...this.#entries.values()].map(snapshotOf);
  }

  /** The backend if one is up now. */
  current(slug: string): Backend | null {
    return this.#entries.get(slug)?.published ?? null;
  }

  /**
   * The backend, as soon as there is one. Rejects with `not-found`, `not-running` (stopped), the server's own error (failed),
   * `timed-out` or `cancelled`.
   */
  backend(slug: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Backend> {
    return waitForServer(this, slug, options, () => {
      const entry = this.#known(slug);
      if (entry.published) return entry.published;
      const { state, error, closing } = entry.model;
      if (state === 'stopped' || (state === 'stopping' && closing?.why === 'stop')) throw notRunning(slug);
      if (state === 'failed') throw BerthError.from(error ?? { code: 'start-failed', message: `${slug} has failed.` });
      return undefined;
    });
  }

  /** Resolves as soon as the server is in one of the states. Rejects with `not-found`, `timed-out` or `cancelled`. */
  waitFor(
    slug: string,
    states: readonly ServerState[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SupervisedServer> {
    return waitForServer(this, slug, { timeoutMs, ...(signal ? { signal } : {}) }, () => {
      const entry = this.#known(slug);
      return states.includes(entry.model.state) ? snapshotOf(entry) : undefined;
    });
  }

  /** Whether the server's cluster answers and takes its login: `ready` ⇄ `degraded`. Never a reason to restart. */
  setReachability(slug: string, reachability: { reachable: boolean; error: ErrorInfo | null }): void {
    const entry = this.#entries.get(slug);
    if (!entry) return;
    const away: ErrorInfo = { code: 'unreachable', message: 'The cluster does not answer.' };
    this.#dispatch(entry, {
      type: 'reachability',
      unreachable: reachability.error ?? (reachability.reachable ? null : away),
    });
  }

  /** Asks the server for a sign of life; without one it is restarted. Does nothing for one that is not up. Never rejects. */
  async proveAlive(slug: string): Promise<void> {
    await this.#entries.get(slug)?.run?.proveAlive();
  }

  /** Tries a server at once that waits or has given up for want of the network. `why` is a sentence for its log. */
  retry(slug: string, why: string): void {
    const entry = this.#entries.get(slug);
    if (entry && !this.#disposed) this.#dispatch(entry, { type: 'retry', why, random: this.#random() });
  }

  /** Ends a server that must not go on: `failed` with this error until somebody starts it again. One that does not run stays as it is. */
  fail(slug: string, error: ErrorInfo): void {
    const entry = this.#entries.get(slug);
    const run = entry?.model.run ?? null;
    if (entry && run !== null) this.#dispatch(entry, { type: 'broken', run, error, verdict: 'permanent' });
  }

  /** Starts a second run beside the current one (D18). Rejects with why it did not become ready, leaving nothing behind. */
  async prepare(slug: string, planner: Planner, signal?: AbortSignal): Promise<Prepared> {
    const entry = this.#entry(slug);
    const { stops } = entry;
    const run = this.#launch(entry, planner);
    const backend = await readyOrWhy(run, signal);
    return {
      backend,
      commit: (drain) => {
        if (entry.stops !== stops || this.#entries.get(slug) !== entry) void run.terminate();
        else this.#replace(entry, run, planner, drain);
      },
      abort: async () => {
        await run.terminate();
      },
    };
  }

  /**
   * A backend for one client alone (D21), of the plan of the run that serves now; it ends with that run at the latest. Rejects with
   * `not-running`, with `refused` when too many clients have one, or with why it did not become ready, leaving nothing behind.
   */
  dedicate(slug: string, client: DedicatedClient, signal?: AbortSignal): Promise<DedicatedBackend> {
    return this.#beside(slug, (shared) => dedicate(slug, shared, client, this.#context), signal);
  }

  /**
   * The backend for clients that speak the protocol without sessions: one for all of them, beside the run that serves now. Rejects with
   * `unsupported` when the server does not speak it, else as `dedicate`.
   */
  modern(slug: string, signal?: AbortSignal): Promise<DedicatedBackend> {
    return this.#beside(slug, (shared) => modernize(slug, shared, this.#context), signal);
  }

  /** Ends the present run of a server and counts that as a crash with this error. Nothing happens when `pid` is not its process any more. */
  endRun(slug: string, pid: number, end: RunEnd): void {
    const entry = this.#entries.get(slug);
    if (!entry || entry.model.run === null || entry.run?.pid !== pid) return;
    this.#dispatch(entry, { type: 'broken', run: entry.model.run, ...end });
  }

  /** Stops everything; resolves when no process is left. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#entries.keys()].map((slug) => this.stop(slug)));
    await this.#context.ledger.flush();
  }

  #entry(slug: string, planner?: Planner): ServerEntry {
    if (this.#disposed) throw new BerthError('not-running', 'Berth is ending.');
    const known = this.#entries.get(slug);
    if (known) {
      if (planner) known.planner = planner;
      return known;
    }
    const entry = newEntry(slug, planner ?? (() => Promise.reject(notRunning(slug))));
    this.#entries.set(slug, entry);
    return entry;
  }

  #known(slug: string): ServerEntry {
    const entry = this.#entries.get(slug);
    if (!entry) throw new BerthError('not-found', `There is no server ${slug}.`);
    return entry;
  }

  #dispatch(entry: ServerEntry, event: ServerEvent): void {
    const [model, effects] = reduce(entry.model, event, this.#clock(), this.#timings);
    const changed = model !== entry.model;
    entry.model = model;
    if (model.run === null) entry.run = null;
    for (const effect of effects) this.#perform(entry, effect);
    this.#publish(entry);
    if (changed) this.#changes.fire(entry.slug);
  }

  #perform(entry: ServerEntry, effect: ServerEffect): void {
    switch (effect.type) {
      case 'launch':
        if (this.#disposed) return;
        entry.run = this.#launch(entry, entry.planner);
        this.#follow(entry, entry.run, effect.run);
        return;
      case 'terminate':
        void entry.run?.terminate();
        return;
      case 'delay':
        entry.delay = setTimeout(() => this.#dispatch(entry, { type: 'delay-over' }), effect.ms);
        return;
      case 'cancel-delay':
        if (entry.delay) clearTimeout(entry.delay);
        entry.delay = null;
        return;
      case 'log':
        this.#context.logs.append({ slug: entry.slug, stream: 'event', level: effect.level, text: effect.text });
    }
  }

  #launch(entry: ServerEntry, planner: Planner): ServerRun {
    const run = new ServerRun(entry.slug, planner, this.#context);
    entry.runs.add(run);
    void run.ended.then(() => entry.runs.delete(run));
    return run;
  }

  /** The backend of a run that `begin` begins beside the one that serves now. */
  async #beside(
    slug: string,
    begin: (shared: ServerRun) => ServerRun,
    signal: AbortSignal | undefined,
  ): Promise<DedicatedBackend> {
    const entry = this.#known(slug);
    const { run: host, published: shared } = entry;
    if (!host || !shared) throw notRunning(slug);
    const run = begin(host);
    entry.runs.add(run);
    void run.ended.then(() => {
      entry.runs.delete(run);
      this.#changes.fire(slug);
    });
    this.#changes.fire(slug);
    const backend = await readyOrWhy(run, signal);
    return { backend, shared, close: async () => void (await run.terminate()) };
  }

  /** From now on what happens to this run happens to the server, until another takes its number's place. */
  #follow(entry: ServerEntry, run: ServerRun, number: number): void {
    run.ready.then(
      (backend) => {
        backend.onClose(() => this.#publish(entry));
        this.#dispatch(entry, { type: 'ready', run: number });
      },
      () => {
        // `ended` tells why.
      },
    );
    run.onExiting(() => this.#dispatch(entry, { type: 'exiting', run: number }));
    run.onProgress(() => run === entry.run && this.#changes.fire(entry.slug));
    const broken = (end: RunEnd) => this.#dispatch(entry, { type: 'broken', run: number, ...end });
    if (run.broken) broken(run.broken);
    else run.onBroken(broken);
    void run.ended.then((end) => {
      this.#dispatch(entry, { type: 'ended', run: number, ...end, random: this.#random() });
    });
  }

  #replace(entry: ServerEntry, run: ServerRun, planner: Planner, drain: (old: Backend) => Promise<void>): void {
    const old = entry.run;
    entry.planner = planner;
    const [model, effects] = reduce(entry.model, { type: 'replace' }, this.#clock(), this.#timings);
    entry.model = model;
    entry.run = run;
    for (const effect of effects) this.#perform(entry, effect);
    if (model.run !== null) this.#follow(entry, run, model.run);
    this.#publish(entry);
    this.#changes.fire(entry.slug);
    if (!old) return;
    void retire(old, drain, (text) =>
      this.#context.logs.append({ slug: entry.slug, stream: 'event', level: 'warn', text }),
    );
  }

  #publish(entry: ServerEntry): void {
    const { state } = entry.model;
    const backend = entry.run?.backend ?? null;
    const next = (state === 'ready' || state === 'degraded') && backend && !backend.closed ? backend : null;
    if (next === entry.published) return;
    entry.published = next;
    this.#backends.fire({ slug: entry.slug, backend: next });
  }
}
