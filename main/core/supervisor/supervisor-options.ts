import type { LogSink } from '../logs/log-sink.ts';
import type { StartGate } from './start-gate.ts';
import type { Timings } from './timings.ts';

/** What a supervisor needs from outside. */
export interface SupervisorOptions {
  readonly ledgerFile: string;
  readonly logs: LogSink;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** ms of a clock that nobody sets and that need not run during sleep; default `performance.now`. */
  readonly clock?: () => number;
  /** Whether Berth did not run for a while since then (`performance.now()`); default: it always runs. */
  readonly pausedSince?: (monotonic: number) => boolean;
  /** Default: one that lets a few start at once. */
  readonly gate?: StartGate;
  /** In [0, 1); default Math.random. */
  readonly random?: () => number;
  readonly timings?: Partial<Timings>;
}
