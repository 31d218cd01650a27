import type { IncomingMessage } from 'node:http';
import { MODERN_VERSION, metaKeys, versionInMeta } from '../backend/modern-protocol.ts';
import { HttpRefusal } from './http-answers.ts';
import { mediaType } from './http-rules.ts';
import {
  type ClassifiedMessage,
  classify,
  HEADER_MISMATCH,
  INVALID_PARAMS,
  INVALID_REQUEST,
  PARSE_ERROR,
  UNSUPPORTED_VERSION,
} from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { isRelayedVersion, relayedVersions } from './protocol-versions.ts';
import { readBody } from './read-body.ts';
import { noMessageText } from './request-problems.ts';

/** The parsed body of a POST; undefined when the client hung up. Rejects with a refusal for what is no JSON or too large. */
export async function readMessage(
  request: IncomingMessage,
  { maxMessageBytes }: Pick<GatewayLimits, 'maxMessageBytes'>,
): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (mediaType(request.headers['content-type']) !== 'application/json' || encoding !== 'identity') {
    throw new HttpRefusal(415, 'Send application/json, not compressed.', { headers: { connection: 'close' } });
  }
  const body = await readBody(request, maxMessageBytes);
  if ('text' in body) return parse(body.text);
  if (body.problem === 'gone') return undefined;
  throw new HttpRefusal(413, `The message is larger than ${maxMessageBytes} bytes.`, {
    code: INVALID_REQUEST,
    headers: { connection: 'close' },
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpRefusal(400, 'This is not JSON.', { code: PARSE_ERROR });
  }
}

/** The message, classified. Throws a refusal for what is none, and for a batch. */
export function requireMessage(value: unknown): Exclude<ClassifiedMessage, { kind: 'batch' | 'invalid' }> {
  const classified = classify(value);
  if (classified.kind === 'batch' || classified.kind === 'invalid') {
    throw new HttpRefusal(400, noMessageText(classified), { code: INVALID_REQUEST });
  }
  return classified;
}

/** A version that Berth does not relay is refused with those that it does, so that a newer client knows how to fall back. */
export function requireVersion(request: IncomingMessage, classified: ClassifiedMessage | null): void {
  const version = request.headers['mcp-protocol-version'];
  if (version === undefined || isRelayedVersion(String(version))) return;
  const requested = String(version).slice(0, 40);
  const id = classified?.kind === 'request' ? classified.message.id : null;
  if (requested === MODERN_VERSION) {
    if (classified === null) throw new HttpRefusal(405, 'Use POST.', { headers: { allow: 'POST' } });
    const inMeta = 'message' in classified ? versionInMeta(classified.message) : null;
    throw inMeta === null
      ? new HttpRefusal(400, `_meta needs ${metaKeys.protocolVersion}.`, { code: INVALID_PARAMS, id })
      : new HttpRefusal(400, 'Header mismatch: MCP-Protocol-Version is not the version in _meta.', {
          code: HEADER_MISMATCH,
          id,
        });
  }
  throw new HttpRefusal(400, `Unsupported protocol version: ${requested}`, {
    code: UNSUPPORTED_VERSION,
    id,
    data: { supported: [MODERN_VERSION, ...relayedVersions], requested },
  });
}
