import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import type { Sink } from './call.ts';
import type { GatewayLimits } from './limits.ts';

/** One client on one endpoint, as the doors see it: they bring its messages, whatever stands behind the endpoint. */
export interface ClientSession {
  /** The client's id or its token's name. */
  readonly client: string;
  readonly slug: string;
  readonly initialized: boolean;
  /** Requests that wait for their answers. */
  readonly inFlight: number;
  /**
   * Takes one message of the client. Everything that goes wrong becomes an answer. `headers` mirror parameters, for a server that wants
   * them. The returned function takes a request back.
   */
  receive(value: unknown, sink: Sink, headers?: Readonly<Record<string, string>>): (reason: string) => void;
  /** A request of a server, which `push` was given, did not reach the client. */
  undelivered(message: JsonRpcMessage): void;
  /** Whether it has servers for itself alone that may end while nobody listens and nothing is asked. */
  readonly mayRest: boolean;
  /** Ends them; they are opened again when they are needed. Resolves when they are gone. */
  rest(): Promise<void>;
  /** Resolves when what was sent has been taken: back-pressure for who reads from the client. */
  drained(): Promise<void>;
  /** Ends the session. With a cause, the client gets it as the answer of what is in flight. */
  close(cause?: BerthError | null): void;
}

export interface ClientSessionOptions {
  /** The client's id or its token's name. */
  readonly client: string;
  /** Takes what is said to the client without its asking, and what it is asked. Never blocks and never throws; what it is asked and cannot be sent is told with `undelivered`. */
  readonly push: (message: JsonRpcMessage) => void;
  /** Berth ended the session by itself: the server was removed. */
  readonly onClose?: () => void;
  /** For how long nobody has listened and nothing was asked, in ms; null or absent while somebody does. */
  readonly idleMs?: () => number | null;
}

/** What clients connect to under one slug. */
export interface SessionHost {
  readonly slug: string;
  readonly limits: GatewayLimits;
  open(options: ClientSessionOptions): ClientSession;
}

/** Why sessions end when Berth does. */
export function shuttingDown(): BerthError {
  return new BerthError('not-running', 'Berth is shutting down.', { hint: 'Start it again.' });
}
