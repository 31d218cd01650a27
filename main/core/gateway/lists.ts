import type { JsonRpcNotification } from './json-rpc.ts';

/** What servers have lists of, and say of which they have changed: https://modelcontextprotocol.io/specification/2025-11-25/server */
export const lists = ['tools', 'prompts', 'resources'] as const;
export type ListName = (typeof lists)[number];

/** The announcement that a list has changed. */
export function listChanged(list: ListName): JsonRpcNotification {
  return { jsonrpc: '2.0', method: `notifications/${list}/list_changed` };
}
