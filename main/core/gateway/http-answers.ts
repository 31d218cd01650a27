import type { ServerResponse } from 'node:http';
import type { JsonRpcMessage } from '../backend/backend.ts';
import { errorAnswer, NOT_DELIVERED, type RequestId } from './json-rpc.ts';

/** Names this program in the answer to `/healthz`, and nothing else: how one Berth recognises another on its port. */
export const MARKER_HEADER = 'x-berth';

const LARGE_BYTES = 64 * 1024;

export interface RefusalOptions {
  readonly code?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: RequestId | null;
  readonly data?: unknown;
}

/** Ends the handling of a request with this status and a JSON-RPC error as body. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly options: RefusalOptions;

  constructor(status: number, message: string, options: RefusalOptions = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.options = options;
  }
}

/** Answers what was thrown while a request was handled. What is no refusal is a defect: 500, without its details. */
export function answerThrown(response: ServerResponse, thrown: unknown): void {
  const { status, message, options } =
    thrown instanceof HttpRefusal ? thrown : new HttpRefusal(500, 'Berth could not handle this request.');
  const error = errorAnswer(options.id ?? null, options.code ?? NOT_DELIVERED, message, options.data);
  answerJson(response, status, error, options.headers);
}

/** Answers how many bytes the body has; 0 when nobody takes it any more. */
export function answerJson(
  response: ServerResponse,
  status: number,
  value: JsonRpcMessage | Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): number {
  if (response.headersSent || response.destroyed) return 0;
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': bytes });
  // As text, head and body go out in one write; that copies, which for a large body costs more than a second write.
  response.end(bytes < LARGE_BYTES ? text : Buffer.from(text));
  return bytes;
}
