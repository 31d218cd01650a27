import type { AuditEntry } from '../../../contract/model/audit.ts';
import type { GuardLevel, GuardRules } from '../../../contract/model/guard.ts';
import type { Sharing } from '../../../contract/model/sharing.ts';
import type { Backend, DedicatedBackend, DedicatedClient } from '../backend/backend.ts';
import type { CallLimits } from './caller-limits.ts';

/** What stands behind one slug, as the gateway needs it. Everything is asked anew per call: the context may have changed. */
export interface GatewayTarget {
  readonly slug: string;
  /**
   * The running backend; waits while the server starts or restarts. Rejects with a BerthError that a person understands
   * when it is stopped (`not-running`), failed (its error) or does not come in time (`timed-out`).
   */
  backend(options: { timeoutMs: number; signal?: AbortSignal }): Promise<Backend>;
  /** The backend if one is up now. */
  current(): Backend | null;
  /** Fires when the backend is up again after a restart or a context switch, or has gone (null). */
  onDidChangeBackend(listener: (backend: Backend | null) => void): { dispose(): void };
  guard(): { level: GuardLevel; rules: GuardRules; why: string };
  /** Reference of the context that serves calls now; null for none. */
  context(): string | null;
  /** What each client may ask. */
  callLimits(): CallLimits;
  /** Which sessions get a backend of their own (D21). */
  sharing(): Sharing;
  /**
   * A backend for one session alone, told what its client said. It ends with the one that `current` answers now at the latest. Rejects
   * with a BerthError that a person understands.
   */
  dedicate(client: DedicatedClient, signal: AbortSignal): Promise<DedicatedBackend>;
  /**
   * A backend for all clients that speak the protocol without sessions, which has been asked `server/discover` and no more. It ends as
   * one of `dedicate` does. Rejects with a BerthError, `unsupported` when the server does not speak it.
   */
  modern(signal: AbortSignal): Promise<DedicatedBackend>;
}

export interface GatewayTargets {
  get(slug: string): GatewayTarget | undefined;
  slugs(): string[];
  /** Fires for every server whose backend is up, was replaced, or has gone. */
  onDidChangeBackend(listener: (slug: string) => void): { dispose(): void };
}

/** Recognises endpoint tokens by their hash, in constant time. */
export interface TokenVerifier {
  /** Another number as soon as another token is valid, or one that was is not. */
  readonly revision: number;
  /** The token's name when this token may use this slug; `undefined` otherwise. Records the use. */
  verify(slug: string, token: string): { name: string } | undefined;
}

/** A call that is not certainly read-only, at the guard `ask`. */
export interface HeldCall {
  readonly slug: string;
  readonly context: string | null;
  readonly client: string;
  readonly tool: string;
  readonly args: unknown;
}

/** How a held call goes on. `unanswered`: nobody has decided in time. */
export type Decision = NonNullable<AuditEntry['approval']>;

/** Holds a call until a person decides (D16). Never rejects but with a BerthError that the client is shown. */
export interface Approver {
  ask(call: HeldCall, signal: AbortSignal): Promise<Decision>;
}

/** A call that has ended: all that an audit keeps, but with the arguments as they were sent. */
export interface EndedCall extends Omit<AuditEntry, 'arguments' | 'argumentHash' | 'argumentBytes'> {
  /** Of a tool call, as the client sent them: they may hold secrets. Undefined for everything else. */
  readonly args: unknown;
}

/** What the gateway tells about its traffic. */
export interface GatewayEvents {
  onCall(call: EndedCall): void;
  /** A client said `initialize` or called: proof that an installation works. `clientInfo` as the client gave it. */
  onClientSeen(seen: { slug: string; client: string; clientInfo: { name: string; version: string } | null }): void;
}
