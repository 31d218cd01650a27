import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import {
  decodedHeader,
  MODERN_VERSION,
  metaKeys,
  metaOf,
  nameOfRequest,
  versionInMeta,
} from '../backend/modern-protocol.ts';
import {
  asBerthError,
  errorAnswer,
  failureAnswer,
  HEADER_MISMATCH,
  INVALID_PARAMS,
  isRecord,
  type JsonRpcRequest,
  METHOD_NOT_FOUND,
  type RequestId,
  UNSUPPORTED_VERSION,
} from './json-rpc.ts';
import { isRelayedVersion } from './protocol-versions.ts';

/** A request of the protocol without sessions that cannot be carried, with the answer that the protocol names for it. */
export class EraError extends BerthError {
  readonly answer: (id: RequestId | null) => JsonRpcMessage;

  constructor(message: string, answer: (id: RequestId | null) => JsonRpcMessage) {
    super('unsupported', message);
    this.answer = answer;
  }
}

/** The answer to a request during which this was thrown. */
export function thrownAnswer(id: RequestId, thrown: unknown): JsonRpcMessage {
  return thrown instanceof EraError ? thrown.answer(id) : failureAnswer(id, asBerthError(thrown));
}

/**
 * The server speaks only versions with sessions. The answer is none of those that a server of the newer protocol gives, so that a client
 * of both falls back to `initialize`.
 */
export function onlyWithSessions(slug: string): EraError {
  const text = `The server ${slug} does not speak MCP ${MODERN_VERSION}. Send initialize.`;
  const error = new BerthError('unsupported', text);
  return new EraError(text, (id) => failureAnswer(id, error));
}

function unsupportedVersion(requested: string): EraError {
  const supported = [MODERN_VERSION];
  const text = `Unsupported protocol version: ${requested}`;
  return new EraError(text, (id) => errorAnswer(id, UNSUPPORTED_VERSION, text, { supported, requested }));
}

function mismatch(text: string): EraError {
  return new EraError(text, (id) => errorAnswer(id, HEADER_MISMATCH, text));
}

/** Whether a request names its version itself, as those of the protocol without sessions do. */
export function isModern(request: JsonRpcMessage): boolean {
  const version = versionInMeta(request);
  return version !== null && !isRelayedVersion(version);
}

/** Why a request of the protocol without sessions is none; null when it is one that Berth relays. */
export function eraProblem(request: JsonRpcRequest): EraError | null {
  const version = versionInMeta(request) ?? '';
  if (version !== MODERN_VERSION) return unsupportedVersion(version.slice(0, 40));
  if (isRecord(metaOf(request)[metaKeys.clientCapabilities])) return null;
  const text = `_meta needs ${metaKeys.clientCapabilities}.`;
  const data = { berth: new BerthError('unsupported', text).toInfo() };
  return new EraError(text, (id) => errorAnswer(id, INVALID_PARAMS, text, data));
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Whether what the headers say is what the body says, since others on the way may have gone by the headers. Null when it is.
 * https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation
 */
export function headerProblem(request: JsonRpcRequest, headers: Headers): EraError | null {
  const version = versionInMeta(request);
  if (headers['mcp-protocol-version'] !== version) {
    return mismatch('Header mismatch: MCP-Protocol-Version is not the version in _meta.');
  }
  if (headers['mcp-method'] !== request.method) return mismatch('Header mismatch: Mcp-Method is not the method.');
  const name = nameOfRequest(request);
  const header = headers['mcp-name'];
  if (name !== null && (typeof header !== 'string' || decodedHeader(header) !== name)) {
    return mismatch('Header mismatch: Mcp-Name is not the name or URI in the parameters.');
  }
  return null;
}

/** Headers that mirror parameters of a tool, for the server that asked for them to check. */
export function mirroredHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('mcp-param-') && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

/** The HTTP status that the protocol without sessions names for an answer. */
export function statusOfAnswer({ error }: JsonRpcMessage): number {
  if (!error) return 200;
  if (error.code === METHOD_NOT_FOUND) return 404;
  if (error.code <= HEADER_MISMATCH && error.code >= UNSUPPORTED_VERSION) return 400;
  const data = isRecord(error.data) && isRecord(error.data['berth']) ? error.data['berth'] : {};
  return data['code'] === 'unsupported' ? 400 : 200;
}
