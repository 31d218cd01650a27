/** What came of one call: times by `performance.now()`; `failure` is null for an answer that is no error. */
export interface MadeCall {
  readonly began: number;
  readonly ended: number;
  readonly text: string;
  readonly failure: string | null;
}

/** An AI client that calls one tool again and again. */
export class CallingClient {
  static connect(endpoint: { url: string; headers: Record<string, string> }): Promise<CallingClient>;
  readonly calls: readonly MadeCall[];
  /** When `tools/list_changed` came, by `performance.now()`. */
  readonly listChanges: readonly number[];
  start(tool: string, everyMs: number, delayMs?: number): void;
  until(seen: (client: CallingClient) => boolean, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}
