import type { ErrorInfo } from '../../../contract/errors.ts';
import type { ServerState } from '../../../contract/model/server.ts';
import type { Backend, InitializeResult } from '../backend/backend.ts';
import { initialServerModel, type ServerModel } from './server-model.ts';
import type { Planner, ServerRun } from './server-run.ts';

/** What can be seen of a supervised server. `startedAt` is ISO 8601. */
export interface SupervisedServer {
  readonly slug: string;
  readonly state: ServerState;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  /** How many clients have a backend of their own beside the shared one. */
  readonly dedicated: number;
  /** Processes beside its own, for them or for another version of the protocol. */
  readonly besidePids: readonly number[];
  readonly protocolVersion: string | null;
  readonly serverInfo: InitializeResult['serverInfo'] | null;
  readonly error: ErrorInfo | null;
}

/** A second run of a server that waits beside the current one, initialised. One of both must be called. */
export interface Prepared {
  readonly backend: Backend;
  /** Takes the current one's place at once; the old one is stopped when `drain` has resolved. Ends the prepared one when the user has stopped the server meanwhile. */
  commit(drain: (old: Backend) => Promise<void>): void;
  abort(): Promise<void>;
}

/** What the supervisor holds of one server. */
export interface ServerEntry {
  readonly slug: string;
  planner: Planner;
  model: ServerModel;
  run: ServerRun | null;
  delay: NodeJS.Timeout | null;
  /** Every run that still has something to end: the current one, replaced ones, prepared ones. */
  readonly runs: Set<ServerRun>;
  published: Backend | null;
  /** Grows with every stop, so that a prepared run can tell that it is not wanted any more. */
  stops: number;
}

/** A server that has never been started. */
export function newEntry(slug: string, planner: Planner): ServerEntry {
  return {
    slug,
    planner,
    model: initialServerModel,
    run: null,
    delay: null,
    runs: new Set(),
    published: null,
    stops: 0,
  };
}

/** The server as others see it. */
export function snapshotOf(entry: ServerEntry): SupervisedServer {
  const { model, run } = entry;
  const known = run?.backend?.initializeResult ?? null;
  return {
    slug: entry.slug,
    state: model.state,
    pid: run?.pid ?? null,
    startedAt: run?.startedAt?.toISOString() ?? null,
    restarts: model.restarts,
    dedicated: run?.beside.filter((one) => one.isForOne).length ?? 0,
    besidePids: run?.beside.flatMap(({ pid }) => pid ?? []) ?? [],
    protocolVersion: known?.protocolVersion ?? null,
    serverInfo: known?.serverInfo ?? null,
    error: model.error,
  };
}
