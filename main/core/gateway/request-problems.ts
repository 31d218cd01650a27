import { BerthError } from '../../../contract/errors.ts';
import type { JsonRpcMessage } from '../backend/backend.ts';
import {
  type ClassifiedMessage,
  errorAnswer,
  failureAnswer,
  INVALID_PARAMS,
  INVALID_REQUEST,
  isRecord,
  type JsonRpcRequest,
  type RequestId,
} from './json-rpc.ts';

type NoMessage = Extract<ClassifiedMessage, { kind: 'batch' | 'invalid' }>;

/** What is wrong with what a client cannot send as a message. */
export function noMessageText({ kind }: NoMessage): string {
  return kind === 'batch'
    ? 'JSON-RPC batches are not part of this protocol version.'
    : 'This is not a JSON-RPC 2.0 message.';
}

/** The answer to it. */
export function noMessageAnswer(classified: NoMessage): JsonRpcMessage {
  return errorAnswer(null, INVALID_REQUEST, noMessageText(classified));
}

/** Why a request does not fit into the course of a session; null when it does. */
export function sessionProblem({ id, method, params }: JsonRpcRequest, initialized: boolean): JsonRpcMessage | null {
  if (method === 'initialize') {
    if (isRecord(params) && typeof params['protocolVersion'] === 'string') return null;
    return errorAnswer(id, INVALID_PARAMS, 'initialize needs the protocolVersion that the client speaks.');
  }
  if (initialized || method === 'ping') return null;
  return errorAnswer(id, INVALID_REQUEST, `Send initialize before ${method}.`);
}

/** Why a request cannot be begun beside those that wait for their answers; null when it can. `whose`: a session or a client. */
export function flightProblem(
  id: RequestId,
  inFlight: { readonly size: number; has(id: RequestId): boolean },
  { max, whose }: { readonly max: number; readonly whose: 'session' | 'client' },
): JsonRpcMessage | null {
  if (inFlight.has(id)) return errorAnswer(id, INVALID_REQUEST, 'A request with this id is already being answered.');
  if (inFlight.size < max) return null;
  const text = `${inFlight.size} requests of this ${whose} wait for their answers.`;
  return failureAnswer(id, new BerthError('refused', text, { hint: 'Wait for some of them.' }));
}
