/** Every duration and limit of supervision, in ms. */
export interface Timings {
  /** Backoff: the longest possible first delay, doubled per failure up to the cap; the real one is drawn from 0 to that (full jitter). */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** A server that was ready for so long begins again with the first delay. */
  readonly stableMs: number;
  /** Giving up is a rule of its own: that many ends within the window, or that many failed starts in a row. */
  readonly crashWindowMs: number;
  readonly crashLimit: number;
  readonly failedStartLimit: number;
  /** Stop: how long to wait after stdin EOF before SIGTERM, and after SIGTERM before SIGKILL. */
  readonly eofGraceMs: number;
  readonly termGraceMs: number;
  /** Liveness: a ping after so much silence, how long its answer may take, and how many may be missed in a row. */
  readonly pingEveryMs: number;
  readonly pingTimeoutMs: number;
  readonly pingMisses: number;
  /** After a wake or a change of network: how long a server may take to give a sign of life, and over how long retries are spread. */
  readonly wakePingMs: number;
  readonly wakeSpreadMs: number;
  /** How many clients of one server may have a backend of their own at a time. */
  readonly dedicatedLimit: number;
}

/** Grace periods are between the MCP SDK's 2 s and VS Code's 10 s. */
export const defaultTimings: Timings = {
  backoffBaseMs: 1_000,
  backoffCapMs: 60_000,
  stableMs: 60_000,
  crashWindowMs: 300_000,
  crashLimit: 6,
  failedStartLimit: 5,
  eofGraceMs: 2_000,
  termGraceMs: 5_000,
  pingEveryMs: 30_000,
  pingTimeoutMs: 30_000,
  pingMisses: 3,
  wakePingMs: 15_000,
  wakeSpreadMs: 2_000,
  dedicatedLimit: 16,
};
