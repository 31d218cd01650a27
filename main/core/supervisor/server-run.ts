import { BerthError } from '../../../contract/errors.ts';
import type { InitializeParams } from '../backend/backend.ts';
import { connect } from '../backend/connect.ts';
import { discover } from '../backend/discover.ts';
import type { ConnectedBackend } from '../backend/mcp-backend.ts';
import type { openHttpTransport } from '../backend/open-http-transport.ts';
import type { McpTransport } from '../backend/transport.ts';
import { Emitter } from '../emitter.ts';
import { followOutput } from '../logs/follow-output.ts';
import type { LogSink } from '../logs/log-sink.ts';
import type { LaunchPlan } from '../presets/launch-plan.ts';
import { assertPortFree, isHealthy } from './http-readiness.ts';
import { LastLines } from './last-lines.ts';
import type { Ledger } from './ledger.ts';
import { holdLifeline, type Lifeline } from './lifeline.ts';
import { type Liveness, watchLiveness } from './liveness.ts';
import { openChannel } from './open-channel.ts';
import { prepareFiles } from './prepare-files.ts';
import { ProcessGroup } from './process-group.ts';
import { endOfFailure, endOfProcess, type RunEnd } from './run-end.ts';
import type { StartGate } from './start-gate.ts';
import type { Timings } from './timings.ts';

/** A launch plan with what was made for it. */
export interface LaunchHandle {
  readonly plan: LaunchPlan;
  /** Removes the kubeconfig and whatever else was made for this run; called once, when its process is gone. */
  release(): Promise<void>;
}

/** Plans one run: called before every start and restart, so that port and kubeconfig are fresh. Rejects with a BerthError. */
export type Planner = (signal: AbortSignal) => Promise<LaunchHandle>;

export interface RunContext {
  readonly logs: LogSink;
  readonly ledger: Ledger;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** What the only client that it serves has said in its `initialize`; `modern` for the protocol without sessions; absent for the run that all share. */
  readonly onBehalfOf?: InitializeParams | 'modern';
  readonly timings: Timings;
  readonly openHttpTransport: typeof openHttpTransport;
  readonly gate: StartGate;
  /** Whether Berth did not run for a while since then (`performance.now()`). */
  readonly pausedSince: (monotonic: number) => boolean;
}

/** How long a server may take to say that it speaks the protocol without sessions: earlier ones may say nothing, in ms. */
const DISCOVER_MS = 10_000;

/** How long after its channel broke a process may take to end by itself, so that its own reason is the one shown, in ms. */
const EXIT_AFTER_CLOSE_MS = 500;

/**
 * One run of a server, from its plan to the last byte of its output. It starts at once, and always ends: by itself, by
 * `terminate()`, or because it could not start. Everything that it made is gone when `ended` resolves.
 */
export class ServerRun {
  readonly #slug: string;
  readonly #planner: Planner;
  readonly #context: RunContext;
  readonly #abort = new AbortController();
  readonly #aborted = new Promise<void>((resolve) => {
    this.#abort.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  readonly #progress = new Emitter<void>();
  readonly #exiting = new Emitter<void>();
  readonly #broken = new Emitter<RunEnd>();
  readonly #lastLines = new LastLines();
  #group: ProcessGroup | null = null;
  #lifeline: Lifeline | null = null;
  #transport: McpTransport | null = null;
  #handle: LaunchHandle | null = null;
  #liveness: Liveness | null = null;
  /** Runs of the same plan for single clients or another version of the protocol, which end with this one. */
  readonly #beside = new Set<ServerRun>();
  readonly #begunAt = performance.now();

  backend: ConnectedBackend | null = null;
  /** When its process started, or when its upstream answered. */
  startedAt: Date | null = null;
  /** The server answered `initialize`. Rejects with a BerthError; `ended` follows then. */
  readonly ready: Promise<ConnectedBackend>;
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** It is of no use any more but still there; `terminate()` is asked for. Not announced for a process that ends. */
  readonly onBroken = this.#broken.event;
  broken: RunEnd | null = null;
  /** Its process ended unasked; cleaning up takes a while. */
  readonly onExiting = this.#exiting.event;
  /** It has got a process. */
  readonly onProgress = this.#progress.event;

  constructor(slug: string, planner: Planner, context: RunContext) {
    this.#slug = slug;
    this.#planner = planner;
    this.#context = context;
    this.ready = context.gate.run(() => this.#start(), this.#abort.signal);
    this.ended = this.#end();
  }

  get pid(): number | null {
    return this.#group?.pid ?? null;
  }

  /** Null until it is made. */
  get plan(): LaunchPlan | null {
    return this.#handle?.plan ?? null;
  }

  /** Whether it serves one client alone. */
  get isForOne(): boolean {
    return typeof this.#context.onBehalfOf === 'object';
  }

  /** The runs that end with this one. */
  get beside(): readonly ServerRun[] {
    return [...this.#beside];
  }

  /** Ends that run with this one, before what both use is removed. */
  endWith(run: ServerRun): void {
    this.#beside.add(run);
    void run.ended.then(() => this.#beside.delete(run));
    if (this.#abort.signal.aborted) void run.terminate();
  }

  /** Ends it in whatever state it is; resolves when nothing of it is left. */
  terminate(): Promise<RunEnd> {
    this.#abort.abort();
    return this.ended;
  }

  /** Asks it for a sign of life after a wake or a change of network; it breaks when it gives none. Never rejects. */
  async proveAlive(): Promise<void> {
    const beside = [...this.#beside].map((run) => run.proveAlive());
    await Promise.all([this.#liveness?.prove(this.#context.timings.wakePingMs), ...beside]);
  }

  async #start(): Promise<ConnectedBackend> {
    const { signal } = this.#abort;
    const handle = await this.#plan(signal);
    const { plan } = handle;
    const { logs, clientInfo } = this.#context;
    logs.addSecrets(this.#slug, plan.secrets);
    const deadline = performance.now() + plan.startTimeoutMs;
    if (plan.process) await this.#spawn(plan, plan.process);
    else this.#log('info', `Connecting to ${plan.url}.`);

    // Waiting for a server whose process has ended is in vain.
    const waiting = new AbortController();
    const giveUp = () => waiting.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    void this.#group?.exited.then(giveUp);
    if (signal.aborted || this.#group?.exit) giveUp();
    try {
      this.#transport = await openChannel(plan, this.#group, {
        openHttpTransport: this.#context.openHttpTransport,
        onNoise: (text) => {
          this.#lastLines.pushText(text);
          logs.append({ slug: this.#slug, stream: 'stdout', level: 'warn', text });
        },
        deadline,
        signal: waiting.signal,
        modern: this.#context.onBehalfOf === 'modern',
      });
      const timeoutMs = Math.max(1, deadline - performance.now());
      const { onBehalfOf } = this.#context;
      const asking = { clientInfo, timeoutMs, signal: waiting.signal };
      const backend = await (onBehalfOf === 'modern'
        ? discover(this.#transport, { ...asking, timeoutMs: Math.min(timeoutMs, DISCOVER_MS) })
        : connect(this.#transport, { ...asking, onBehalfOf }));
      this.#becomeReady(backend, plan);
      return backend;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** A planner that does not heed the signal must not hold up the end; what it makes too late is released at once. */
  async #plan(signal: AbortSignal): Promise<LaunchHandle> {
    const planning = this.#planner(signal).then((handle) => {
      if (!signal.aborted) this.#handle = handle;
      else void this.#release(handle);
      return handle;
    });
    const handle = await Promise.race([planning, this.#aborted]);
    if (!handle || signal.aborted) throw cancelled();
    return handle;
  }

  async #spawn(plan: LaunchPlan, planned: NonNullable<LaunchPlan['process']>): Promise<void> {
    if (plan.transport !== 'stdio' && plan.url) await assertPortFree(plan.url);
    await prepareFiles(planned);
    if (this.#abort.signal.aborted) throw cancelled();
    const group = await ProcessGroup.spawn(planned);
    this.#group = group;
    this.startedAt = new Date();
    if (process.platform !== 'win32') this.#lifeline = holdLifeline(group.pid, (text) => this.#log('warn', text));
    void this.#context.ledger.add(this.#slug, group.pid);
    this.#log('info', `Started ${[planned.command, ...planned.args].join(' ')} (pid ${group.pid}).`);
    this.#followOutput(group, 'stderr');
    if (plan.transport !== 'stdio') this.#followOutput(group, 'stdout');
    this.#progress.fire();
  }

  #becomeReady(backend: ConnectedBackend, { url, probe, process }: LaunchPlan): void {
    this.backend = backend;
    this.startedAt ??= new Date();
    const { serverInfo, protocolVersion } = backend.initializeResult;
    this.#log('info', `Ready: ${serverInfo.name} ${serverInfo.version}, MCP ${protocolVersion}.`);
    // It may be another program by now: `kubectl mtv` replaces itself.
    if (this.#group) void this.#context.ledger.add(this.#slug, this.#group.pid);
    backend.onClose((reason) => void this.#channelClosed(reason));
    if (backend.closed) void this.#channelClosed(backend.closed);
    const path = process === null ? undefined : probe?.path;
    this.#liveness = watchLiveness({
      backend,
      timings: this.#context.timings,
      health: url === null || path === undefined ? null : () => isHealthy(url, path),
      pausedSince: this.#context.pausedSince,
      signal: this.#abort.signal,
      onDead: (error) => this.#breakWith(error),
    });
  }

  async #channelClosed(reason: BerthError): Promise<void> {
    if (await this.#exitsWithin(EXIT_AFTER_CLOSE_MS)) return;
    this.#breakWith(reason);
  }

  #breakWith(error: BerthError): void {
    if (this.#abort.signal.aborted || this.broken) return;
    this.broken = endOfFailure(error, this.#group !== null);
    this.#broken.fire(this.broken);
  }

  async #end(): Promise<RunEnd> {
    let failure: unknown = null;
    try {
      await this.ready;
      await this.#whenOver();
      if (!this.#abort.signal.aborted) this.#exiting.fire();
    } catch (error) {
      failure = error;
      // What the process says at its end tells more than that its channel closed.
      if (!this.#abort.signal.aborted) await this.#exitsWithin(EXIT_AFTER_CLOSE_MS);
    }
    const byItself = this.#group !== null && this.#group.exit !== null && !this.#abort.signal.aborted;
    this.#abort.abort();
    await this.#tearDown();
    const lines = this.#lastLines.list().map((line) => this.#context.logs.redact(this.#slug, line));
    const exit = this.#group?.exit;
    if (byItself && exit) return endOfProcess(exit, lines, this.#handle?.plan.failures ?? []);
    const end = endOfFailure(failure ?? cancelled(), this.#handle?.plan.process !== null, lines);
    // A deadline that passed while the machine slept says nothing about the server.
    const unfair = end.error.code === 'timed-out' && this.backend === null && this.#context.pausedSince(this.#begunAt);
    return unfair ? { ...end, verdict: 'away' } : end;
  }

  /** Resolves when the process ended or `terminate()` was asked for. */
  async #whenOver(): Promise<void> {
    await (this.#group ? Promise.race([this.#group.exited, this.#aborted]) : this.#aborted);
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    const group = this.#group;
    if (!group) return false;
    if (group.exit) return true;
    const { promise: late, cancel } = timer(ms);
    await Promise.race([group.exited, late]);
    cancel();
    return group.exit !== null;
  }

  async #tearDown(): Promise<void> {
    const { timings, ledger } = this.#context;
    const beside = [...this.#beside].map((run) => run.terminate());
    const overStdio = this.#handle?.plan.transport === 'stdio';
    try {
      const ended = this.#group?.exit ?? null;
      const reason = new BerthError(
        'not-running',
        ended ? 'The server ended unexpectedly.' : 'The server was stopped.',
      );
      await this.#transport?.close(reason, ended === null);
      const group = this.#group;
      if (group) {
        await group.stop({ eofGraceMs: overStdio ? timings.eofGraceMs : 0, termGraceMs: timings.termGraceMs });
        this.#lifeline?.disarm();
        await ledger.remove(group.pid);
      }
    } finally {
      await Promise.all(beside);
      if (this.#handle) await this.#release(this.#handle);
    }
  }

  async #release(handle: LaunchHandle): Promise<void> {
    try {
      await handle.release();
    } catch (error) {
      this.#log('warn', `Cleaning up after the server failed: ${(error as Error).message}`);
    }
  }

  #followOutput(group: ProcessGroup, stream: 'stdout' | 'stderr'): void {
    followOutput(group[stream], this.#context.logs, { slug: this.#slug, stream }, (text) =>
      this.#lastLines.pushText(text),
    );
  }

  #log(level: 'info' | 'warn', text: string): void {
    this.#context.logs.append({ slug: this.#slug, stream: 'event', level, text });
  }
}

function timer(ms: number): { promise: Promise<void>; cancel: () => void } {
  let cancel = () => {};
  const promise = new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, ms);
    cancel = () => clearTimeout(timeout);
  });
  return { promise, cancel };
}

function cancelled(): BerthError {
  return new BerthError('cancelled', 'The start was cancelled.');
}
