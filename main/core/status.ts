import type { ErrorInfo } from '../../contract/errors.ts';
import { ALL } from '../../contract/model/all.ts';
import type { Client } from '../../contract/model/client.ts';
import type { Status } from '../../contract/model/status.ts';
import type { CoreParts } from './parts.ts';

/** What the status is built from, beside the parts themselves. */
export interface StatusExtras {
  readonly startedAt: string;
  /** As last listed: listing reads files. */
  readonly clients: readonly Client[];
  /** Why servers do not get the PATH of the user's shell. */
  readonly shellWarning: ErrorInfo | null;
}

/** The one status model that tray, window and CLI show, from the parts as they are now. */
export function buildStatus(core: Omit<CoreParts, 'status' | 'doctor' | 'inspector'>, extras: StatusExtras): Status {
  const endpoint = core.endpoint();
  const snapshot = core.kube.snapshot();
  const logs = core.logs.problem;
  return {
    version: core.version,
    shell: core.shell.kind,
    pid: process.pid,
    startedAt: extras.startedAt,
    endpoint: endpoint.error ? null : endpoint.url,
    keychain: core.secrets.status(),
    activeContext: core.contexts.active(),
    switchingTo: core.contextSwitch.target,
    demo: core.demo.on,
    servers: core.servers.list(),
    all: {
      mode: core.settings.settings.all.mode,
      endpoint: { http: `${endpoint.url}/${ALL}/mcp`, sse: `${endpoint.url}/${ALL}/sse` },
      clients: core.activity.clientsOf(ALL),
    },
    contexts: core.contexts.list(),
    sources: [...snapshot.sources],
    clients: extras.clients.map((client) => ({
      ...client,
      connectedAt: core.sightings.of(client.id)?.at ?? null,
      connectedAs: core.sightings.of(client.id)?.as ?? null,
    })),
    activity: core.activity.latest(100),
    approvals: core.approvals.list(),
    problems: [
      endpoint.error,
      core.settings.problem,
      core.tokens.problem,
      logs,
      core.audit.problem,
      extras.shellWarning,
      ...core.presets.problems,
      ...core.registry.problems,
    ].filter((problem) => problem !== null),
  };
}
