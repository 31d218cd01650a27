import type { CallRecord } from '../../../contract/model/activity.ts';
import type { GuardLevel, GuardRules } from '../../../contract/model/guard.ts';
import type { Backend } from '../backend/backend.ts';

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
}

export interface GatewayTargets {
  get(slug: string): GatewayTarget | undefined;
  slugs(): string[];
}

/** Recognises endpoint tokens by their hash, in constant time. */
export interface TokenVerifier {
  /** The token's name when this token may use this slug; `undefined` otherwise. Records the use. */
  verify(slug: string, token: string): { name: string } | undefined;
}

/** Holds a call until a person decides (D16). Never rejects but with a BerthError that the client is shown. */
export interface Approver {
  ask(
    call: { slug: string; context: string | null; client: string; tool: string; args: unknown },
    signal: AbortSignal,
  ): Promise<'approved' | 'denied' | 'unanswered'>;
}

/** A call that has ended, and what an audit wants to know of it. */
export interface EndedCall extends Omit<CallRecord, 'id'> {
  /** Tells the client's sessions apart; it opens nothing. */
  readonly session: string;
  readonly clientInfo: { name: string; version: string } | null;
  /** What held when a tool call was decided; null where no guard was asked. */
  readonly guard: GuardLevel | null;
  /** What a person decided about it; null where none was asked. */
  readonly approval: 'approved' | 'denied' | 'unanswered' | null;
  /** Of a tool call, as the client sent them: they may hold secrets. Undefined for everything else. */
  readonly args: unknown;
  /** Bytes of the answer as it was sent. */
  readonly answerBytes: number;
}

/** What the gateway tells about its traffic. */
export interface GatewayEvents {
  onCall(call: EndedCall): void;
  /** A client said `initialize` or called: proof that an installation works. `clientInfo` as the client gave it. */
  onClientSeen(seen: { slug: string; client: string; clientInfo: { name: string; version: string } | null }): void;
}
