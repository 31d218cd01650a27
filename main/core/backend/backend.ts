import type { BerthError } from '../../../contract/errors.ts';
import type { Event } from '../emitter.ts';

/** A JSON-RPC 2.0 message. Relayed as it is: unknown methods and fields stay. */
export interface JsonRpcMessage {
  jsonrpc: '2.0';
  id?: string | number | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
  [field: string]: unknown;
}

/** What a client says in `initialize`; unknown fields stay. */
export interface InitializeParams {
  protocolVersion: string;
  capabilities: Record<string, unknown>;
  clientInfo: { name: string; version: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** What a server answered to `initialize`; unknown fields stay. */
export interface InitializeResult {
  protocolVersion: string;
  capabilities: Record<string, unknown>;
  serverInfo: { name: string; version: string; [field: string]: unknown };
  instructions?: string;
  [field: string]: unknown;
}

/**
 * A running MCP server as a message channel that has been initialised by Berth. Who writes to it owns the ids: the gateway
 * maps each client's ids to ids of its own. A message that cannot be sent throws; after `onClose` nothing arrives any more.
 */
export interface Backend {
  /** Unique per (re)start, so that holders can tell a replacement. */
  readonly id: string;
  readonly initializeResult: InitializeResult;
  readonly closed: BerthError | null;
  /** `headers` that mirror parameters go with it where the transport has a place for them. */
  send(message: JsonRpcMessage, headers?: Readonly<Record<string, string>>): void;
  /** Resolves when the transport took what was sent before: back-pressure for large messages. */
  drained(): Promise<void>;
  readonly onMessage: Event<JsonRpcMessage>;
  /** Fires once. */
  readonly onClose: Event<BerthError>;
}

/** The client that gets a backend for itself (D21). */
export interface DedicatedClient {
  /** The client's id or its token's name. */
  readonly name: string;
  /** What it has said in its `initialize`: the server is told the same. */
  readonly params: InitializeParams;
}

/** A running server beside the one that clients share. */
export interface DedicatedBackend {
  readonly backend: Backend;
  /** The shared one: what is beside it ends with it at the latest, and takes part in its place in a context switch. */
  readonly shared: Backend;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}
