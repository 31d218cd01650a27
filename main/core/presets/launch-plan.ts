import type { Transport } from '../../../contract/model/server.ts';

/** A file that must exist before the command runs; written 0600 into the server's private runtime folder. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string;
}

/** A program to start. `command` is absolute. No secret is ever in `args`. */
export interface PlannedProcess {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child (D13), not a difference. */
  readonly env: Readonly<Record<string, string>>;
  /** Private working folder of the server; created when missing. */
  readonly cwd: string;
  readonly files: readonly PlannedFile[];
}

/** How to tell that the process is up before MCP is asked, for servers reached over HTTP. */
export interface HttpProbe {
  /** Path that answers 200 when up, e.g. `/healthz`; absent: a TCP connection is the sign. */
  readonly path?: string;
}

/** How `url` is reached, beyond its address. */
export interface PlannedConnection {
  /** Proxy and certificate variables of the login shell (D13); a proxy's URL may hold a password. */
  readonly env: Readonly<Record<string, string>>;
  /** PEM file with authorities that are trusted for this server besides those of the machine. */
  readonly caFile: string | null;
  /** PEM file with the very certificate that the server shows: that one is trusted, whoever signed it, and no other. */
  readonly pinnedFile: string | null;
}

/** What a server needs to run: the pure result of preset + context + server settings. */
export interface LaunchPlan {
  readonly slug: string;
  readonly transport: Transport;
  /** Null for an upstream that somebody else runs (preset `url`). */
  readonly process: PlannedProcess | null;
  /** For `http` and `sse`: where MCP is spoken. */
  readonly url: string | null;
  /** Sent with every request to `url`; may hold secrets, never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: directly, and whom the runtime trusts is trusted. */
  readonly connection?: PlannedConnection;
  readonly probe: HttpProbe | null;
  /** Until `initialize` is answered, in ms; at least 45,000 (a hung API server blocks kubernetes-mcp-server for 20 s). */
  readonly startTimeoutMs: number;
  /** stderr patterns of the server's own fatal errors, with the remedy the preset knows. Tried in order on the last lines of a process that ended. */
  readonly failures: readonly FailurePattern[];
  /** Values that must be redacted from everything that is stored. */
  readonly secrets: readonly string[];
}

export interface FailurePattern {
  /** Source of a RegExp, matched case-insensitively against one stderr line. */
  readonly pattern: string;
  readonly code: 'invalid-config' | 'auth-failed' | 'port-in-use' | 'command-missing' | 'unreachable' | 'start-failed';
  readonly message: string;
  readonly hint?: string;
  /** Restarting cannot help: the state is `failed` until the user does something. */
  readonly permanent: boolean;
}
