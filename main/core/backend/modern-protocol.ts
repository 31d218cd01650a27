import type { JsonRpcMessage } from './backend.ts';

/** The version without sessions that Berth relays: https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning */
export const MODERN_VERSION = '2026-07-28';

/** Fields of `_meta` that every request of that version carries: https://modelcontextprotocol.io/specification/2026-07-28/basic#meta */
export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const;

/** What a request of Berth's own carries in `_meta`. */
export function ownMeta(clientInfo: { readonly name: string; readonly version: string }): Record<string, unknown> {
  return {
    [metaKeys.protocolVersion]: MODERN_VERSION,
    [metaKeys.clientInfo]: { ...clientInfo },
    [metaKeys.clientCapabilities]: {},
  };
}

/** The parameter whose value `Mcp-Name` repeats, by method. */
const namedBy: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** What `Mcp-Name` says for a request; null for one that has none. */
export function nameOfRequest({ method, params }: JsonRpcMessage): string | null {
  const field = method === undefined || !Object.hasOwn(namedBy, method) ? undefined : namedBy[method];
  const value = field === undefined ? undefined : recordOf(params)[field];
  return typeof value === 'string' ? value : null;
}

/** The `_meta` of a message; empty where there is none. */
export function metaOf({ params }: Pick<JsonRpcMessage, 'params'>): Record<string, unknown> {
  return recordOf(recordOf(params)['_meta']);
}

/** The version that a message names in its `_meta`; null for none. */
export function versionInMeta(message: JsonRpcMessage): string | null {
  const version = metaOf(message)[metaKeys.protocolVersion];
  return typeof version === 'string' ? version : null;
}

/** Headers that repeat what the body of a request says: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata */
export function requestHeaders(message: JsonRpcMessage): Record<string, string> {
  const name = nameOfRequest(message);
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': versionInMeta(message) ?? MODERN_VERSION,
    'mcp-method': encodedHeader(message.method ?? ''),
    ...(name === null ? {} : { 'mcp-name': encodedHeader(name) }),
  };
}

/** A value as a header can carry it: as it is, or in base64 between the marks that the protocol names. */
export function encodedHeader(value: string): string {
  const isPlain = /^[\x20-\x7e\t]*$/.test(value) && value.trim() === value && !/^=\?base64\?.*\?=$/.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}

/** The value that such a header stands for. */
export function decodedHeader(value: string): string {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
