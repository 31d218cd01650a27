import { Call, type CallOptions } from './call.ts';
import { carry, type Served } from './carry.ts';
import type { Endpoint, Way } from './endpoint.ts';
import type { Link } from './link.ts';
import type { GatewayTarget } from './ports.ts';
import { type Caller, recordCall } from './record-call.ts';
import { toolOf } from './tool-call.ts';

export interface CallPlan extends Omit<CallOptions, 'slug' | 'onEnd' | 'repeat'> {
  readonly endpoint: Endpoint;
  readonly caller: Caller;
  /** How its server is reached when it is brought there. */
  readonly way: () => Way;
  /** Sends what is no call of a tool. */
  readonly relay: (call: Call, link: Link, target: GatewayTarget) => void;
  readonly onEnd: () => void;
}

export interface PlannedCall {
  readonly call: Call;
  /** Null for what is no call of a tool. */
  readonly tool: string | null;
  /** Brings it to the server, past the guard. */
  bring(): void;
}

/** A request of a client that has come just now, and the way that it will go; those who follow the traffic are told when it has ended. */
export function planCall({ endpoint, caller, way, relay, onEnd, ...options }: CallPlan): PlannedCall {
  const { request } = options;
  const time = new Date().toISOString();
  const tool = toolOf(request);
  const served: Served = { context: null, guard: null, approval: null };
  const bring = () => {
    const send = (link: Link, target: GatewayTarget) => relay(call, link, target);
    void carry({ endpoint, way: way(), client: caller.client, call, tool, served, relay: send });
  };
  const call = new Call({
    ...options,
    slug: endpoint.slug,
    repeat: bring,
    onEnd: (end) => {
      onEnd();
      recordCall(endpoint, caller, request, { time, tool, ...served, ...end });
    },
  });
  return { call, tool, bring };
}
