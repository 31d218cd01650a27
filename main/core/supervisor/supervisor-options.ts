import type { LogSink } from '../logs/log-sink.ts';
import type { Timings } from './timings.ts';

/** What a supervisor needs from outside. */
export interface SupervisorOptions {
  readonly ledgerFile: string;
  readonly logs: LogSink;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** ms; default Date.now. */
  readonly clock?: () => number;
  /** In [0, 1); default Math.random. */
  readonly random?: () => number;
  readonly timings?: Partial<Timings>;
}
