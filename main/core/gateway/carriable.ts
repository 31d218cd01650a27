import type { JsonRpcMessage } from '../backend/backend.ts';
import { errorAnswer, INTERNAL_ERROR, isRecord } from './json-rpc.ts';

/** Deeper than any tool's arguments or answers, and far from where `JSON.stringify` and others that recurse run out of stack. */
const MOST_LEVELS = 500;

/** Whether a parsed JSON value holds lists and objects in more than 500 levels: JSON.parse takes any number of them. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isTooDeep(item, levels - 1));
  return Object.values(value).some((item) => isTooDeep(item, levels - 1));
}

/**
 * A server's message as it can be carried: an answer that cannot becomes an error in its place, so that nobody waits for ever. Null for
 * a message that nobody waits for. Whatever a server sends must not end Berth, or the other sessions of that server.
 */
export function carriable(message: JsonRpcMessage): JsonRpcMessage | null {
  const { id, method, error } = message;
  if (method !== undefined) return typeof method !== 'string' || isTooDeep(message.params) ? null : message;
  if (isTooDeep(message)) return broken(id, 'is nested too deeply');
  if (error === undefined || error === null) return message;
  return isRecord(error) && typeof error.message === 'string' ? message : broken(id, 'is an error without a message');
}

function broken(id: JsonRpcMessage['id'], how: string): JsonRpcMessage {
  return errorAnswer(id ?? null, INTERNAL_ERROR, `The server's answer ${how}.`);
}
