import type { BerthError } from '../../../contract/errors.ts';
import type { Event } from '../emitter.ts';
import type { JsonRpcMessage } from './backend.ts';

/** A message channel to an MCP server that nobody has initialised yet. */
export interface McpTransport {
  /** Null while it is open. */
  readonly closed: BerthError | null;
  readonly onMessage: Event<JsonRpcMessage>;
  /** Fires once, after which no message comes. */
  readonly onClose: Event<BerthError>;
  /** Throws a BerthError when the message cannot be taken. `headers` go with it where the transport has a place for them. */
  send(message: JsonRpcMessage, headers?: Readonly<Record<string, string>>): void;
  /** Resolves when everything sent before was handed over; also when the channel closes. */
  drained(): Promise<void>;
  /** Told once, with the version that the server chose. */
  initialized(protocolVersion: string): void;
  /** Closes; with `goodbye` (the default) it takes leave of the server first, where the transport has a way to, within a short time. */
  close(reason: BerthError, goodbye?: boolean): Promise<void>;
}

/** Largest message in either direction, in bytes: more than any server's answer that a model could read. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Whether a parsed JSON value is a JSON-RPC 2.0 message: a request, a notification or an answer. */
export function isJsonRpcMessage(value: unknown): value is JsonRpcMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const message = value as Partial<JsonRpcMessage>;
  if (message.jsonrpc !== '2.0') return false;
  return typeof message.method === 'string' || message.result !== undefined || message.error !== undefined;
}
