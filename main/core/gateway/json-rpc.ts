import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';

/** Codes of https://www.jsonrpc.org/specification#error_object, and the two that MCP's own SDKs use for sessions and lost connections. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const SESSION_NOT_FOUND = -32001;
/** Berth could not carry the message; `data.berth` holds the ErrorInfo. */
export const NOT_DELIVERED = -32000;
/** A header does not say what the body says: https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes */
export const HEADER_MISMATCH = -32020;
/** The protocol version is not one of ours; the answer names those that are. */
export const UNSUPPORTED_VERSION = -32022;

export type RequestId = string | number;

export interface JsonRpcRequest extends JsonRpcMessage {
  id: RequestId;
  method: string;
}

export interface JsonRpcNotification extends JsonRpcMessage {
  method: string;
}

export type ClassifiedMessage =
  | { kind: 'request'; message: JsonRpcRequest }
  | { kind: 'notification'; message: JsonRpcNotification }
  | { kind: 'answer'; message: JsonRpcMessage }
  | { kind: 'batch' }
  | { kind: 'invalid' };

/** What a parsed JSON value is as JSON-RPC 2.0. MCP allows strings and integers as ids of requests, never null. */
export function classify(value: unknown): ClassifiedMessage {
  if (Array.isArray(value)) return { kind: 'batch' };
  if (!isRecord(value) || value['jsonrpc'] !== '2.0') return { kind: 'invalid' };
  const message = value as unknown as JsonRpcMessage;
  const { id, method } = message;
  if (method !== undefined) {
    if (typeof method !== 'string') return { kind: 'invalid' };
    if (message.params !== undefined && !isRecord(message.params)) return { kind: 'invalid' };
    if (id === undefined) return { kind: 'notification', message: message as JsonRpcNotification };
    if (typeof id === 'string' || Number.isInteger(id)) return { kind: 'request', message: message as JsonRpcRequest };
    return { kind: 'invalid' };
  }
  if (id !== undefined && (message.result !== undefined || message.error !== undefined))
    return { kind: 'answer', message };
  return { kind: 'invalid' };
}

export function errorAnswer(id: RequestId | null, code: number, message: string, data?: unknown): JsonRpcMessage {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** What was thrown, as an error that can be shown; what is no BerthError is a defect. */
export function asBerthError(thrown: unknown): BerthError {
  return thrown instanceof BerthError ? thrown : new BerthError('internal', String(thrown), { cause: thrown });
}

/** The answer when Berth, not the server, has to say no: message and hint in words, the whole error in `data.berth`. */
export function failureAnswer(id: RequestId | null, error: BerthError, code = NOT_DELIVERED): JsonRpcMessage {
  return errorAnswer(id, code, sentences(error.message, error.hint), { berth: error.toInfo() });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Joins what is said, each part ending as a sentence. */
export function sentences(...parts: (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?…]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ');
}
