import { classifyInboundRequest } from '@modelcontextprotocol/server';
import { LineProcess } from './line-process.mjs';
import { answerJson, EventStream, errorOf } from './stream-of-events.mjs';

const HEADER_MISMATCH = -32020;
/** HTTP statuses of the protocol's own errors: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports */
const statuses = new Map([
  [-32601, 404],
  [HEADER_MISMATCH, 400],
  [-32021, 400],
  [-32022, 400],
]);
/** Which parameter `Mcp-Name` must repeat. */
const named = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/**
 * Whether a request is one of the era without sessions; `refusal` is the answer to one whose headers and body do not fit together,
 * which no stdio program can see.
 * @returns {{ modern: false } | { modern: true, refusal: { status: number, message: object } | null }}
 */
export function classify({ method, headers }, body) {
  const outcome = classifyInboundRequest({
    httpMethod: method,
    protocolVersionHeader: headers['mcp-protocol-version'],
    mcpMethodHeader: headers['mcp-method'],
    mcpNameHeader: headers['mcp-name'],
    body,
  });
  if (outcome.kind === 'legacy') return { modern: false };
  if (outcome.kind === 'reject') {
    const { httpStatus, code, message, data } = outcome;
    const error = { ...errorOf(body?.id, code, message).error, ...(data === undefined ? {} : { data }) };
    return { modern: true, refusal: { status: httpStatus, message: { ...errorOf(body?.id, code, message), error } } };
  }
  const wrong = wrongHeader(headers, body);
  const refusal = wrong === null ? null : { status: 400, message: errorOf(body.id, HEADER_MISMATCH, wrong) };
  return { modern: true, refusal };
}

function wrongHeader(headers, { id, method, params }) {
  if (id === undefined) return null;
  if (headers['mcp-protocol-version'] === undefined) return 'MCP-Protocol-Version is missing';
  if (headers['mcp-method'] !== method) return 'Mcp-Method is not the method of the body';
  const field = named.get(method);
  const value = field === undefined ? undefined : params?.[field];
  if (value === undefined || decoded(headers['mcp-name']) === value) return null;
  return `Mcp-Name is not the ${field} of the body`;
}

/** A header's value, which is in base64 where it could not be sent as it is. */
function decoded(value) {
  const packed = /^=\?base64\?(.*)\?=$/.exec(value ?? '')?.[1];
  return packed === undefined ? value : Buffer.from(packed, 'base64').toString('utf8');
}

/**
 * One request of the era without sessions, in a stdio process of its own: requests know nothing of each other, and neither do
 * processes. Answers with JSON, or with a stream where something comes before the answer. A hang-up of the client ends the process.
 * Resolves when it has ended.
 * @param {{ command: string[], env: Record<string, string | undefined> }} start
 */
export async function carryRequest(start, message, response) {
  const line = new LineProcess(start);
  const done = new Promise((resolve) => {
    let stream = null;
    line.onMessage = (answer) => {
      if (answer.id !== message.id || answer.method !== undefined) {
        stream ??= new EventStream(response);
        stream.send(answer);
      } else if (stream) {
        stream.send(answer);
        stream.end();
      } else answerJson(response, statuses.get(answer.error?.code) ?? 200, answer);
    };
    line.onEnd = resolve;
    response.once('close', resolve);
  });
  line.send(message);
  await done;
  await line.stop();
  if (!response.headersSent) response.destroy();
  else response.end();
}
