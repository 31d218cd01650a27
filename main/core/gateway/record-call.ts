import type { CallEnd } from './call.ts';
import type { Served } from './carry.ts';
import type { Endpoint } from './endpoint.ts';
import type { JsonRpcRequest } from './json-rpc.ts';
import { argumentsOf } from './tool-call.ts';

/** How much of a name is told to those who keep it: clients may call tools, and themselves, by any. */
const MAX_NAME = 200;

export function keptName(name: string): string {
  return name.slice(0, MAX_NAME);
}

/** Requests that say nothing about what a client did. */
const untold: ReadonlySet<string> = new Set(['ping', 'initialize', 'server/discover']);

export interface Caller {
  readonly client: string;
  /** Tells sessions apart where people read about them. */
  readonly id: string;
  readonly clientInfo: { name: string; version: string } | null;
}

/** Tells who follows the traffic that a request has ended. `time`: when it came, ISO 8601. */
export function recordCall(
  { slug, events }: Endpoint,
  { client, id, clientInfo }: Caller,
  request: JsonRpcRequest,
  call: CallEnd & Served & { readonly time: string; readonly tool: string | null },
): void {
  const { method } = request;
  if (untold.has(method)) return;
  // Field by field: this is done for every call, and taking objects apart costs.
  events.onCall({
    time: call.time,
    slug,
    client,
    context: call.context,
    method: keptName(method),
    tool: call.tool === null ? null : keptName(call.tool),
    outcome: call.outcome,
    reason: call.reason,
    ms: call.ms,
    session: id,
    clientInfo,
    guard: call.guard,
    approval: call.approval,
    args: call.tool === null ? undefined : argumentsOf(request),
    answerBytes: call.answerBytes,
  });
}
