import type { ErrorInfo } from '../../../contract/errors.ts';
import type { LogLevel } from '../../../contract/model/log.ts';
import type { ServerState } from '../../../contract/model/server.ts';

/** What the end of a run means for what comes next. */
export type Verdict =
  /** Restart after a delay, and give up when it happens too often. */
  | 'retry'
  /** Restarting cannot help: failed until the user does something. */
  | 'permanent'
  /** An upstream that somebody else runs is away: try again for ever. */
  | 'away';

/** Why Berth itself is ending the current run. */
export type Closing =
  | { readonly why: 'stop' | 'restart' }
  /** It broke or hung: counted as a crash with this error. */
  | { readonly why: 'broken'; readonly error: ErrorInfo; readonly verdict: Verdict };

/** The state of one server. `run` is the number of the run that counts; events of other runs are ignored. */
export interface ServerModel {
  readonly state: ServerState;
  readonly run: number | null;
  readonly nextRun: number;
  readonly closing: Closing | null;
  /** Why its cluster cannot be worked with: it does not answer, or (`auth-failed`) refuses the login. */
  readonly unreachable: ErrorInfo | null;
  readonly error: ErrorInfo | null;
  /** Automatic restarts since the user last started it. */
  readonly restarts: number;
  /** Failures since the last stable time: the exponent of the backoff. */
  readonly attempt: number;
  readonly failedStarts: number;
  /** When it ended unasked, in ms of a clock that nobody sets; only those within the crash window. */
  readonly deaths: readonly number[];
  readonly readySince: number | null;
}

export type ServerEvent =
  | { readonly type: 'start' | 'stop' | 'restart' }
  /** The network is another one or back: one that failed because of it need not wait any longer. `random` is in [0, 1). */
  | { readonly type: 'retry'; readonly why: string; readonly random: number }
  /** The delay before a restart is over. */
  | { readonly type: 'delay-over' }
  /** The run answered `initialize`. */
  | { readonly type: 'ready'; readonly run: number }
  /** Its process ended unasked; what it leaves is being cleaned up. */
  | { readonly type: 'exiting'; readonly run: number }
  /** Nothing of the run is left. `random` is in [0, 1). */
  | {
      readonly type: 'ended';
      readonly run: number;
      readonly error: ErrorInfo;
      readonly verdict: Verdict;
      readonly random: number;
    }
  /** The run still has a process but is of no use: its channel broke, or it does not answer pings. */
  | { readonly type: 'broken'; readonly run: number; readonly error: ErrorInfo; readonly verdict: Verdict }
  /** The cluster behind it answered or did not. */
  | { readonly type: 'reachability'; readonly unreachable: ErrorInfo | null }
  /** A run prepared beside the current one takes its place; the old one is nobody's business here any more. */
  | { readonly type: 'replace' };

export type ServerEffect =
  | { readonly type: 'launch'; readonly run: number }
  | { readonly type: 'terminate'; readonly run: number }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'cancel-delay' }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string };

/** A server that has never been started. */
export const initialServerModel: ServerModel = {
  state: 'stopped',
  run: null,
  nextRun: 1,
  closing: null,
  unreachable: null,
  error: null,
  restarts: 0,
  attempt: 0,
  failedStarts: 0,
  deaths: [],
  readySince: null,
};
