/** Bounds of the gateway, so that no peer can use it up. Times in ms, sizes in bytes. */
export interface GatewayLimits {
  /** Largest request body or line. */
  readonly maxMessageBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxConnections: number;
  readonly maxSessions: number;
  /** Requests of one session that wait for their answer. */
  readonly maxInFlight: number;
  /** Unsent data of one connection before notifications are left out. */
  readonly softQueueBytes: number;
  /** Unsent data of one connection before it is given up. */
  readonly maxQueueBytes: number;
  /** Notifications kept for a session that has no stream open. */
  readonly maxKeptNotifications: number;
  /** How long a call waits for a server that starts or restarts. */
  readonly backendWaitMs: number;
  /** How long a list of all servers waits for one of them. */
  readonly listWaitMs: number;
  /** A session without request and stream for so long is collected. */
  readonly idleSessionMs: number;
  /** So long without request and stream, and a server that is there for this session alone is ended until the session needs it again. */
  readonly restMs: number;
  /** How long `drain` waits for calls in flight. */
  readonly drainMs: number;
  /** How often streams get a sign of life, and how long an answer may take before it becomes a stream. */
  readonly keepAliveMs: number;
  /** Until the bridge has said who it is. */
  readonly handshakeMs: number;
}

export const defaultLimits: GatewayLimits = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxConnections: 4096,
  maxSessions: 2048,
  maxInFlight: 256,
  softQueueBytes: 1024 * 1024,
  maxQueueBytes: 128 * 1024 * 1024,
  maxKeptNotifications: 100,
  backendWaitMs: 60_000,
  listWaitMs: 5_000,
  idleSessionMs: 30 * 60_000,
  restMs: 5 * 60_000,
  drainMs: 5 * 60_000,
  keepAliveMs: 15_000,
  handshakeMs: 10_000,
};
