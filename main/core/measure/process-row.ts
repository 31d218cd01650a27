/** One process at one moment. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Null where the system does not tell. */
  readonly session: number | null;
  /** Tells it from a later process with the same pid; null where the system does not tell cheaply. */
  readonly start: string | null;
  /** Processor time of its own, in seconds. */
  readonly cpuSeconds: number;
  /** Processor time of its children that have ended and were waited for, in seconds; 0 where the system does not tell. */
  readonly childSeconds: number;
  /** Resident set, in bytes. */
  readonly memoryBytes: number;
}

/** Reads the processes of this machine. */
export interface ProcessReader {
  /** May leave out `strangers`: pids that are known to be nobody's. Rejects when the system gives no list. */
  read(strangers: ReadonlySet<number>): Promise<{ rows: readonly ProcessRow[]; pids: ReadonlySet<number> }>;
}
