import type { AuditLog } from './audit/audit-log.ts';
import type { Sightings } from './clients/sightings.ts';
import type { EndedCall, GatewayEvents } from './gateway/ports.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Activity } from './servers/activity.ts';

/** Berth counts tools under this name: nothing that anybody asked for. */
const COUNTING = 'berth';
/** Names of Berth's own callers: their traffic is no proof that a client works. */
const OWN_CALLERS: ReadonlySet<string> = new Set([COUNTING, 'doctor']);

/** Hands what the gateway tells to those who remember it: the audit log, and the activity in memory without arguments. */
export function recordTraffic({
  activity,
  audit,
  metrics,
  sightings,
}: {
  activity: Activity;
  audit: AuditLog;
  metrics: Metrics;
  sightings: Sightings;
}): GatewayEvents {
  return {
    onCall: (call) => {
      if (call.client === COUNTING) return;
      const { reason } = audit.record(call);
      metrics.record(call);
      if (!OWN_CALLERS.has(call.client)) activity.record({ ...withoutArguments(call), reason });
    },
    onClientSeen: ({ slug, client, clientInfo }) => {
      if (OWN_CALLERS.has(client)) return;
      activity.see(slug, client);
      sightings.see(client, clientInfo);
    },
  };
}

function withoutArguments({ time, slug, client, context, method, tool, outcome, ms }: EndedCall) {
  return { time, slug, client, context, method, tool, outcome, ms };
}
