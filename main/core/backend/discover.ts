import { BerthError } from '../../../contract/errors.ts';
import type { InitializeResult, JsonRpcMessage } from './backend.ts';
import { type ConnectedBackend, McpBackend, transportFailure } from './mcp-backend.ts';
import { MODERN_VERSION, metaKeys, ownMeta } from './modern-protocol.ts';
import type { McpTransport } from './transport.ts';

export interface DiscoverOptions {
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Until `server/discover` is answered, in ms. Servers of earlier versions may say nothing at all. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks a server that nobody has initialised whether it speaks the protocol without sessions, and answers the channel to it if it does.
 * Rejects with `unsupported` when it does not, else with why it could not be asked. The transport is left open.
 * https://modelcontextprotocol.io/specification/2026-07-28/server/discover
 */
export async function discover(transport: McpTransport, options: DiscoverOptions): Promise<ConnectedBackend> {
  const params = { _meta: ownMeta(options.clientInfo) };
  const lifeSign = { method: 'server/discover', params };
  const backend = new McpBackend(transport, { lifeSign });
  try {
    const answer = await backend.request(lifeSign.method, params, options);
    backend.initializeResult = readDiscoverResult(answer);
    return backend;
  } catch (error) {
    backend.detach();
    if (error instanceof BerthError && error.code === 'timed-out') throw notSpoken();
    throw error;
  }
}

function readDiscoverResult(answer: JsonRpcMessage): InitializeResult {
  const failure = transportFailure(answer);
  // Servers of earlier versions refuse the request with a status of their own.
  if (failure) throw failure.code === 'unreachable' ? BerthError.from(failure) : notSpoken();
  const result = (answer.result ?? {}) as Record<string, unknown>;
  const versions = result['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(MODERN_VERSION)) throw notSpoken();
  const meta = (result['_meta'] ?? {}) as Record<string, unknown>;
  const info = (meta[metaKeys.serverInfo] ?? {}) as { name?: unknown; version?: unknown };
  return {
    ...result,
    protocolVersion: MODERN_VERSION,
    capabilities: (result['capabilities'] ?? {}) as Record<string, unknown>,
    serverInfo: { ...info, name: String(info.name ?? ''), version: String(info.version ?? '') },
  };
}

function notSpoken(): BerthError {
  return new BerthError('unsupported', `The server does not speak MCP ${MODERN_VERSION}.`);
}
