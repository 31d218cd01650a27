import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallRecord } from '../../../contract/model/activity.ts';
import { type Server, serverStates } from '../../../contract/model/server.ts';

export interface MetricsOptions {
  readonly version: string;
  /** The servers as they are when the metrics are read. */
  readonly servers: () => readonly Server[];
}

/** What is written to the scraper. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** In seconds: from an answer out of a cache to kubectl-mtv's limit of two minutes. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** Clients may call tools by any name: beyond so many combinations the name is kept no more. */
const MOST_SERIES = 2_000;
const OTHER = '(other)';

/** What is counted for one server, client and tool, looked up once: prom-client makes a text of the labels each time. */
interface Series {
  readonly labels: { server: string; client: string; tool: string };
  readonly calls: Partial<Record<CallRecord['outcome'], Counter.Internal>>;
  durations: Histogram.Internal<'server' | 'client' | 'tool'> | null;
}

/**
 * Calls, errors and latencies per server, tool and client, and how the servers are, for Prometheus. Counters begin with each start
 * of Berth. Holds no arguments.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls: Counter<'server' | 'client' | 'tool' | 'outcome'>;
  readonly #durations: Histogram<'server' | 'client' | 'tool'>;
  readonly #series = new Map<string, Series>();

  constructor({ version, servers }: MetricsOptions) {
    const registers = [this.#registry];
    collectProcessMetrics(this.#registry);
    new Gauge({ name: 'berth_info', help: 'Version of Berth.', labelNames: ['version'], registers }).set(
      { version },
      1,
    );
    this.#calls = new Counter({
      name: 'berth_calls_total',
      help: 'Calls that went through an endpoint, by how they ended.',
      labelNames: ['server', 'client', 'tool', 'outcome'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'berth_call_duration_seconds',
      help: 'How long calls of tools took that reached their server.',
      labelNames: ['server', 'client', 'tool'],
      buckets: BUCKETS,
      registers,
    });
    this.#gauges(servers, registers);
  }

  record({ slug, client, tool, method, outcome, ms }: Omit<CallRecord, 'id'>): void {
    const series = this.#seriesOf(slug, client, tool ?? `(${method})`);
    series.calls[outcome] ??= this.#calls.labels({ ...series.labels, outcome });
    series.calls[outcome].inc();
    if (tool === null || outcome === 'refused' || outcome === 'cancelled') return;
    series.durations ??= this.#durations.labels(series.labels);
    series.durations.observe(ms / 1_000);
  }

  async read(): Promise<Exposition> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #seriesOf(server: string, client: string, tool: string): Series {
    const key = `${server}\n${client}\n${tool}`;
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= MOST_SERIES && tool !== OTHER) return this.#seriesOf(server, client, OTHER);
    const series: Series = { labels: { server, client, tool }, calls: {}, durations: null };
    this.#series.set(key, series);
    return series;
  }

  /** Read from the servers at each scrape, so that one that was removed is gone. */
  #gauges(servers: () => readonly Server[], registers: Registry[]): void {
    const perServer = (name: string, help: string, value: (server: Server) => number | null | undefined) =>
      new Gauge({
        name,
        help,
        labelNames: ['server'],
        registers,
        collect() {
          this.reset();
          for (const server of servers()) {
            const now = value(server);
            if (now !== null && now !== undefined) this.set({ server: server.slug }, now);
          }
        },
      });
    perServer(
      'berth_server_restarts',
      'Automatic restarts since the server was last started by hand.',
      (one) => one.restarts,
    );
    perServer(
      'berth_server_memory_bytes',
      'Resident memory of all its processes.',
      (one) => one.resources?.memoryBytes,
    );
    perServer('berth_server_cpu_cores', 'Cores that all its processes use.', (one) => one.resources?.cpu);
    perServer('berth_server_reachable', '1 when its cluster answered when last asked, 0 when not.', ({ reachable }) =>
      reachable === null ? null : Number(reachable),
    );
    new Gauge({
      name: 'berth_server_state',
      help: '1 for the state that a server is in, 0 for the others.',
      labelNames: ['server', 'context', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { slug, context, state } of servers()) {
          for (const each of serverStates) {
            this.set({ server: slug, context: context ?? '', state: each }, Number(state === each));
          }
        }
      },
    });
  }
}

/** As good as never, in ms. */
const HOUR = 3_600_000;

/**
 * What prom-client tells of every Node process, without the statistics of the event loop's delay: for them a timer would wake this
 * process a hundred times a second, for as long as it runs.
 */
function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: HOUR });
  for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
    register.removeSingleMetric(`nodejs_eventloop_lag_${statistic}_seconds`);
  }
}
