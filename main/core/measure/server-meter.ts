import type { BerthError } from '../../../contract/errors.ts';
import {
  exposedListeners,
  exposureRemedy,
  exposureText,
  type Limits,
  type Listener,
} from '../../../contract/model/usage.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import type { LogSink } from '../logs/log-sink.ts';
import { type Breaches, judgeBreach } from './breaches.ts';
import { type Figures, takeFigures } from './figures.ts';
import { judgeUsage, type LimitState } from './limit-watch.ts';
import type { ListenerReader } from './listener-reader.ts';
import type { Measure } from './measure.ts';
import { type Members, membersOf } from './members.ts';
import type { ProcessReader } from './process-row.ts';
import type { MeasureTimings } from './timings.ts';
import { usageOf } from './usage.ts';

/** A server that has a process now. */
export interface MeasuredServer {
  readonly slug: string;
  readonly pid: number;
  /** Processes beside it, for single clients or another version of the protocol. */
  readonly others: readonly number[];
  readonly ready: boolean;
  readonly restarts: number;
  readonly limits: Limits;
}

export interface ServerMeterParts {
  readonly servers: () => readonly MeasuredServer[];
  /** A window or a CLI follows the status. */
  readonly isFollowed: () => boolean;
  /** Null where this system has none. */
  readonly processes: ProcessReader | null;
  readonly listeners: ListenerReader | null;
  /** Ends a process that uses more than it may. */
  readonly exceed: (slug: string, pid: number, error: BerthError, verdict: 'retry' | 'permanent') => void;
  readonly logs: LogSink;
  readonly timings: MeasureTimings;
}

/** What is known of one server's process. */
interface Known {
  readonly pid: number;
  ready: boolean;
  members: Members | null;
  /** When `members` were. */
  lookedAt: number;
  figures: Figures | null;
  listeners: readonly Listener[] | null;
  limit: LimitState | null;
  /** It went over a limit and is being ended: what it uses until then is no second time. */
  over: boolean;
}

/**
 * Looks now and then at what the processes of all servers use and where they listen: one look for all of them, more often while
 * somebody watches, none while nothing runs. Restarts what exceeds its limits.
 */
export class ServerMeter implements Disposable {
  readonly #parts: ServerMeterParts;
  readonly #changed = new Emitter<void>();
  readonly #known = new Map<string, Known>();
  readonly #breaches = new Map<string, Breaches>();
  #strangers: ReadonlySet<number> = new Set();
  #looks = 0;
  #lookedAt = 0;
  #listenedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | null = null;
  /** The system gave no answer the last time. */
  #failing = false;
  #disposed = false;

  /** Fires when what `of` answers has changed noticeably for some server. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: ServerMeterParts) {
    this.#parts = parts;
  }

  /** What was last seen of this server; null when it has not been looked at. */
  of(slug: string): Measure | null {
    const known = this.#known.get(slug);
    if (!known) return null;
    return { pid: known.pid, resources: known.figures?.shown ?? null, listeners: known.listeners };
  }

  /** Servers came, went or became ready, limits changed, or somebody began to follow. Cheap: may be called for every change. */
  update(): void {
    if (this.#disposed || !this.#parts.processes) return;
    const { timings } = this.#parts;
    const servers = this.#follow();
    if (servers.length === 0) {
      this.#cancel();
      return;
    }
    const news = !this.#failing && servers.some(({ slug }) => this.#known.get(slug)?.members === null);
    const limited = servers.some(
      ({ limits }) => limits.memoryMegabytes !== undefined || limits.cpuPercent !== undefined,
    );
    // A first figure for the processor needs a second look.
    const unfinished = servers.some(({ slug }) => this.#known.get(slug)?.figures?.shown.cpu == null);
    const quiet = this.#failing || (!limited && !unfinished && !this.#parts.isFollowed());
    const since = performance.now() - this.#lookedAt;
    const pause = Math.max(0, (quiet ? timings.quietMs : timings.followedMs) - since);
    this.#schedule(news ? Math.min(timings.settleMs, pause + timings.settleMs) : pause);
  }

  /** Looks now, sockets included. */
  async look(): Promise<void> {
    await this.#looking;
    this.#listenedAt = Number.NEGATIVE_INFINITY;
    await this.#look();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#cancel();
    await this.#looking;
  }

  /** Brings what is known to the servers that have a process now. */
  #follow(): readonly MeasuredServer[] {
    const servers = this.#parts.servers();
    const bySlug = new Map(servers.map((server) => [server.slug, server]));
    for (const [slug, known] of this.#known) {
      if (bySlug.get(slug)?.pid !== known.pid) this.#known.delete(slug);
    }
    for (const { slug, pid, ready } of servers) {
      const known = this.#known.get(slug);
      if (!known) {
        this.#known.set(slug, {
          pid,
          ready,
          members: null,
          lookedAt: 0,
          figures: null,
          listeners: null,
          limit: null,
          over: false,
        });
        // It may have been a stranger until now, with all its children.
        this.#strangers = new Set();
      } else if (ready && !known.ready) {
        known.ready = true;
        // It has opened what it opens at its start.
        this.#listenedAt = Number.NEGATIVE_INFINITY;
        this.#schedule(this.#parts.timings.settleMs);
      }
    }
    return servers;
  }

  #schedule(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#disposed || dueAt >= this.#dueAt) return;
    this.#cancel();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      void this.#look();
    }, ms);
    this.#timer.unref();
  }

  #cancel(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null;
      this.update();
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { processes, timings, logs } = this.#parts;
    const servers = this.#follow();
    if (this.#disposed || !processes || servers.length === 0) return;
    const isNew = servers.some(({ others }) => others.some((pid) => this.#strangers.has(pid)));
    if (isNew || this.#looks++ % timings.looksPerFullScan === 0) this.#strangers = new Set();
    const now = performance.now();
    this.#lookedAt = now;
    try {
      const { rows, pids } = await processes.read(this.#strangers);
      const roots = new Map(servers.map(({ slug, pid, others }) => [slug, [pid, ...others]]));
      const before = new Map([...this.#known].map(([slug, { members }]) => [slug, members ?? new Map()]));
      const found = membersOf(roots, rows, before);
      const ours = new Set([...found.values()].flatMap((members) => [...members.keys()]));
      this.#strangers = new Set([...pids].filter((pid) => !ours.has(pid)));
      const changed = servers.map((server) => this.#take(server, found.get(server.slug), now));
      const listened = now - this.#listenedAt >= timings.listenersMs && (await this.#listen(found, now));
      this.#failing = false;
      if (listened || changed.includes(true)) this.#changed.fire();
    } catch (error) {
      const text = `The servers' processes could not be measured: ${(error as Error).message}`;
      if (!this.#failing) logs.append({ slug: 'berth', stream: 'event', level: 'warn', text });
      this.#failing = true;
    }
  }

  /** Whether anybody would notice. */
  #take(server: MeasuredServer, members: Members | undefined, now: number): boolean {
    const known = this.#known.get(server.slug);
    if (!known || known.pid !== server.pid || !members) return false;
    const { timings } = this.#parts;
    // Somebody asked in between: too little time for a figure, and no second time over a limit.
    if (known.figures && now - known.lookedAt < timings.followedMs / 2) return false;
    const before = known.figures && known.members;
    const seconds = (now - known.lookedAt) / 1000;
    known.members = members;
    known.lookedAt = now;
    if (members.size === 0) return false;
    const usage = usageOf(before, members, seconds);
    const { figures, changed } = takeFigures(known.figures, usage, Date.now());
    known.figures = figures;
    const look = { pid: server.pid, usage, limits: server.limits, now };
    const { state, sentence } = judgeUsage(known.limit, look, timings);
    known.limit = state;
    if (sentence !== null && !known.over) {
      known.over = true;
      this.#breach(server, sentence, now);
    }
    return changed;
  }

  #breach({ slug, pid, restarts }: MeasuredServer, sentence: string, now: number): void {
    const before = this.#breaches.get(slug) ?? [];
    const { breaches, error, verdict } = judgeBreach(before, { sentence, now, restarts }, this.#parts.timings);
    this.#breaches.set(slug, breaches);
    this.#parts.exceed(slug, pid, error, verdict);
  }

  async #listen(found: ReadonlyMap<string, Members>, now: number): Promise<boolean> {
    const reader = this.#parts.listeners;
    this.#listenedAt = now;
    if (!reader) return false;
    const pids = new Map([...found].map(([slug, members]) => [slug, [...members.keys()]] as const));
    const answers = await reader.read(pids);
    let changed = false;
    for (const [slug, listeners] of answers) {
      const known = this.#known.get(slug);
      if (!known || found.get(slug)?.has(known.pid) !== true) continue;
      if (JSON.stringify(known.listeners) === JSON.stringify(listeners)) continue;
      this.#sayExposed(slug, known.listeners, listeners);
      known.listeners = listeners;
      changed = true;
    }
    return changed;
  }

  /** Says each place that other machines can reach once, when it comes. */
  #sayExposed(slug: string, before: readonly Listener[] | null, now: readonly Listener[] | null): void {
    const places = (listeners: readonly Listener[] | null) =>
      exposedListeners({ listeners }).map(({ address, port }) => `${address} ${port}`);
    const known = places(before);
    const added = exposedListeners({ listeners: now }).filter(
      ({ address, port }) => !known.includes(`${address} ${port}`),
    );
    const text = exposureText({ listeners: added });
    if (text) this.#parts.logs.append({ slug, stream: 'event', level: 'warn', text: `${text} ${exposureRemedy}` });
  }
}
