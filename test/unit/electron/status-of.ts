import type { Context } from '../../../contract/model/context.ts';
import type { Server } from '../../../contract/model/server.ts';
import { type Status, statusSchema } from '../../../contract/model/status.ts';

/** A context for tests; only what matters is given. */
export function contextOf(changes: Partial<Context> & { ref: string }): Context {
  return {
    name: changes.ref,
    cluster: changes.ref,
    user: 'dev',
    namespace: null,
    source: '/home/dev/.kube/config',
    active: false,
    production: false,
    productionGuessed: false,
    cap: 'full',
    label: null,
    colour: null,
    reachable: null,
    expiresAt: null,
    expiry: null,
    apiServer: 'https://127.0.0.1:6443',
    auth: 'token',
    current: false,
    demo: false,
    error: null,
    ...changes,
  };
}

/** A docked server for tests. */
export function serverOf(changes: Partial<Server> & { slug: string }): Server {
  return {
    preset: 'kubernetes-mcp-server',
    context: 'staging',
    boundTo: 'active',
    transport: 'stdio',
    state: 'stopped',
    pid: null,
    startedAt: null,
    restarts: 0,
    protocolVersion: null,
    serverInfo: null,
    tools: null,
    guard: 'read-only',
    effectiveGuard: 'read-only',
    clients: [],
    endpoint: { http: `http://127.0.0.1:23784/${changes.slug}/mcp`, sse: null },
    error: null,
    production: false,
    reachable: null,
    desired: 'stopped',
    callsPerMinute: [],
    namespace: null,
    options: {},
    warnings: [],
    resources: null,
    limits: {},
    toolsOff: [],
    sharing: 'shared',
    dedicated: 0,
    listeners: null,
    ...changes,
  };
}

/** A whole status, checked against the contract. */
export function statusOf(changes: Partial<Status> = {}): Status {
  return statusSchema.parse({
    version: '0.1.0',
    shell: 'desktop',
    pid: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    endpoint: 'http://127.0.0.1:23784',
    keychain: { state: 'available', reason: null },
    activeContext: null,
    switchingTo: null,
    demo: false,
    all: {
      mode: 'tools',
      endpoint: { http: 'http://127.0.0.1:23784/all/mcp', sse: 'http://127.0.0.1:23784/all/sse' },
      clients: [],
    },
    servers: [],
    contexts: [],
    sources: [],
    clients: [],
    activity: [],
    approvals: [],
    problems: [],
    ...changes,
  });
}
