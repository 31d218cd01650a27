import type { JsonRpcMessage } from './backend.ts';

type RequestId = string | number;

const relations = new WeakMap<JsonRpcMessage, RequestId>();

/** Notes that a message came on the stream of this request: what it belongs to, which the message itself does not say. */
export function relate(message: JsonRpcMessage, request: RequestId): void {
  relations.set(message, request);
}

/** The request on whose stream this message came; undefined where the transport has one channel for all. */
export function relatedRequest(message: JsonRpcMessage): RequestId | undefined {
  return relations.get(message);
}
