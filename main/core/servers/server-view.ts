import type { ErrorInfo } from '../../../contract/errors.ts';
import { effectiveGuard, type GuardLevel } from '../../../contract/model/guard.ts';
import type { Server, Transport } from '../../../contract/model/server.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { Sharing } from '../../../contract/model/sharing.ts';
import { exposureRemedy, exposureText } from '../../../contract/model/usage.ts';
import type { Measure } from '../measure/measure.ts';
import type { SupervisedServer } from '../supervisor/server-entry.ts';

/** What a server object is made of. */
export interface ServerFacts {
  readonly slug: string;
  readonly settings: ServerSettings;
  readonly transport: Transport;
  readonly sharing: Sharing;
  /** Null when it never ran in this Berth. */
  readonly supervised: SupervisedServer | null;
  readonly context: string | null;
  /** Why the binding cannot be resolved. */
  readonly contextError: ErrorInfo | null;
  readonly cap: { readonly level: GuardLevel; readonly production: boolean };
  readonly reachable: boolean | null;
  readonly tools: number | null;
  readonly clients: Server['clients'];
  readonly callsPerMinute: number[];
  /** Base URL of the endpoints. */
  readonly endpoint: string;
  readonly warnings: readonly string[];
  /** What its processes use and open; null when that is not known. */
  readonly measure: Measure | null;
}

/** The server object of cli.md, from the facts. Pure. */
export function serverView(facts: ServerFacts): Server {
  const { settings, supervised } = facts;
  const state = supervised?.state ?? 'stopped';
  const up = state === 'ready' || state === 'degraded';
  // What was measured may be about a process that is no more.
  const measure = facts.measure?.pid === supervised?.pid ? facts.measure : null;
  const listeners = measure?.listeners ? [...measure.listeners] : null;
  const exposure = exposureText({ listeners });
  return {
    slug: facts.slug,
    preset: settings.preset,
    context: facts.context,
    boundTo: settings.context,
    transport: facts.transport,
    state,
    pid: supervised?.pid ?? null,
    startedAt: up ? (supervised?.startedAt ?? null) : null,
    restarts: supervised?.restarts ?? 0,
    protocolVersion: up ? (supervised?.protocolVersion ?? null) : null,
    serverInfo: up ? (supervised?.serverInfo ?? null) : null,
    tools: up ? facts.tools : null,
    guard: settings.guard,
    effectiveGuard: effectiveGuard(settings.guard, facts.cap.level),
    clients: facts.clients,
    endpoint: { http: `${facts.endpoint}/${facts.slug}/mcp`, sse: `${facts.endpoint}/${facts.slug}/sse` },
    error: supervised?.error ?? (state === 'stopped' ? facts.contextError : null),
    production: facts.cap.production,
    reachable: facts.reachable,
    desired: settings.run ? 'running' : 'stopped',
    callsPerMinute: facts.callsPerMinute,
    namespace: settings.namespace ?? null,
    options: settings.options,
    toolsOff: settings.toolsOff ?? [],
    warnings: [...(exposure === null ? [] : [`${exposure} ${exposureRemedy}`]), ...facts.warnings],
    resources: measure?.resources ?? null,
    limits: settings.limits ?? {},
    sharing: facts.sharing,
    dedicated: supervised?.dedicated ?? 0,
    listeners,
  };
}
