import { BerthError } from '../../../contract/errors.ts';
import { settlesWithin } from '../settles-within.ts';
import type { InitializeParams, InitializeResult, JsonRpcMessage } from './backend.ts';
import { type ConnectedBackend, McpBackend, transportFailure } from './mcp-backend.ts';
import type { McpTransport } from './transport.ts';

/** The version that Berth asks for, and those that it can relay: https://modelcontextprotocol.io/specification/versioning */
export const PROTOCOL_VERSION = '2025-11-25';
const KNOWN_VERSIONS: readonly string[] = [PROTOCOL_VERSION, '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

const ACKNOWLEDGE_MS = 2_000;

export interface ConnectOptions {
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** What a client of Berth has said in its `initialize`, for a backend that serves this client alone. Absent: Berth speaks for itself. */
  readonly onBehalfOf?: InitializeParams | undefined;
  /** Until `initialize` is answered, in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Says `initialize` and `notifications/initialized`. Rejects with a BerthError: `timed-out`, `cancelled`, `protocol`, why the
 * transport failed, or what the server answered. The transport is left open then; closing it is the caller's business.
 */
export async function connect(transport: McpTransport, options: ConnectOptions): Promise<ConnectedBackend> {
  const backend = new McpBackend(transport, { keepsEarly: options.onBehalfOf !== undefined });
  try {
    const { clientInfo, onBehalfOf } = options;
    const own = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: { ...clientInfo } };
    const answer = await backend.request('initialize', onBehalfOf ?? own, options);
    const result = readInitializeResult(answer);
    transport.initialized(result.protocolVersion);
    transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    // Some servers take their time to acknowledge it; requests may follow all the same.
    await settlesWithin(ACKNOWLEDGE_MS, transport.drained(), options.signal);
    if (options.signal?.aborted) throw new BerthError('cancelled', 'The start was cancelled.');
    if (transport.closed) throw transport.closed;
    backend.initializeResult = result;
    return backend;
  } catch (error) {
    backend.detach();
    throw error;
  }
}

function readInitializeResult(answer: JsonRpcMessage): InitializeResult {
  const failure = transportFailure(answer);
  if (failure) throw BerthError.from(failure);
  if (answer.error) {
    throw new BerthError('start-failed', `The server refused to start a session: ${answer.error.message}`);
  }
  const result = answer.result as Partial<InitializeResult> | undefined;
  if (typeof result !== 'object' || result === null || typeof result.protocolVersion !== 'string') {
    throw new BerthError('protocol', 'The answer to `initialize` is not one of an MCP server.');
  }
  if (!KNOWN_VERSIONS.includes(result.protocolVersion)) {
    throw new BerthError('protocol', `The server speaks MCP ${result.protocolVersion}, which Berth does not.`, {
      hint: 'Update Berth, or use an older version of the server.',
    });
  }
  return {
    ...result,
    protocolVersion: result.protocolVersion,
    capabilities: result.capabilities ?? {},
    serverInfo: {
      ...result.serverInfo,
      name: result.serverInfo?.name ?? '',
      version: result.serverInfo?.version ?? '',
    },
  };
}
