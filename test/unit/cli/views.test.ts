import { expect, test } from 'vitest';
import type { Server } from '../../../contract/model/server.ts';
import type { Status } from '../../../contract/model/status.ts';
import { contextChanges, contextsText } from '../../../main/cli/commands/contexts.ts';
import { rungText, targetOf } from '../../../main/cli/commands/doctor.ts';
import { logFilter } from '../../../main/cli/commands/logs.ts';
import { isBroken, statusText } from '../../../main/cli/commands/status.ts';
import { resultText } from '../../../main/cli/commands/tools.ts';
import { serversTable, serverText } from '../../../main/cli/views/servers-table.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const look = { wide: false, paint: (_tone: string, text: string) => text, now };

function server(changes: Partial<Server> = {}): Server {
  return {
    slug: 'web',
    preset: 'kubernetes-mcp-server',
    context: 'kind-lab',
    boundTo: 'active',
    transport: 'stdio',
    state: 'ready',
    pid: 42,
    startedAt: '2026-11-21T11:00:00Z',
    restarts: 0,
    protocolVersion: '2025-11-25',
    serverInfo: { name: 'kubernetes-mcp-server', version: 'v0.0.67' },
    tools: 14,
    guard: 'read-only',
    effectiveGuard: 'read-only',
    clients: [{ name: 'cursor', lastSeen: '2026-11-21T11:59:57Z' }],
    endpoint: { http: 'http://127.0.0.1:23784/web/mcp', sse: null },
    error: null,
    production: false,
    reachable: true,
    desired: 'running',
    callsPerMinute: [],
    namespace: null,
    options: { toolsets: 'core', headers: 'secret:h' },
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

const failed = server({
  slug: 'mtv',
  preset: 'kubectl-mtv',
  context: 'prod-eu',
  boundTo: 'prod-eu',
  state: 'failed',
  pid: null,
  startedAt: null,
  tools: null,
  guard: 'full',
  production: true,
  error: { code: 'command-missing', message: 'kubectl-mtv was not found.', hint: 'kubectl krew install mtv' },
});

test('servers as a table, with errors and what to do below', () => {
  expect(serversTable([server(), failed], look)).toMatchInlineSnapshot(`
    "NAME   STATE    PRESET                  CONTEXT                TRANSPORT   GUARD                   TOOLS   RESTARTS   AGE
    web    ready    kubernetes-mcp-server   kind-lab (active)      stdio       read-only               14      0          60m
    mtv    failed   kubectl-mtv             prod-eu [production]   stdio       read-only (set: full)   -       0          -

    mtv: kubectl-mtv was not found.
      kubectl krew install mtv"
  `);
});

test('one server in full', () => {
  expect(serverText(server({ warnings: ['kubectl must be on your PATH.'] }), look)).toMatchInlineSnapshot(`
    "Name:        web
    State:       ready
    Preset:      kubernetes-mcp-server
    Context:     kind-lab (active)
    Namespace:   -
    Reachable:   yes
    Guard:       read-only
    Transport:   stdio
    Endpoint:    http://127.0.0.1:23784/web/mcp
    Process:     pid 42, started 60m ago
    Sharing:     shared
    Restarts:    0
    CPU:         -
    Memory:      -
    Limits:      none
    Listens on:  not known
    Server:      kubernetes-mcp-server v0.0.67
    Protocol:    2025-11-25
    Tools:       14
    Clients:     cursor (3s ago)
    Options:     toolsets=core headers=secret:h
    Note: kubectl must be on your PATH."
  `);
});

function status(changes: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    shell: 'headless',
    pid: 7,
    startedAt: '2026-11-21T10:00:00Z',
    endpoint: 'http://127.0.0.1:23784',
    keychain: { state: 'available', reason: null },
    activeContext: 'kind-lab',
    switchingTo: null,
    demo: false,
    servers: [server()],
    all: {
      mode: 'tools',
      endpoint: { http: 'http://127.0.0.1:23784/all/mcp', sse: 'http://127.0.0.1:23784/all/sse' },
      clients: [],
    },
    contexts: [],
    sources: [],
    clients: [],
    activity: [],
    approvals: [],
    problems: [],
    ...changes,
  };
}

test('the status in one look', () => {
  const problem = { code: 'port-in-use' as const, message: 'Port 23784 is taken by nginx.', hint: 'Choose another.' };
  expect(statusText(status({ endpoint: null, problems: [problem] }), look)).toMatchInlineSnapshot(`
    "Berth:           0.1.0, headless, pid 7, started 120m ago
    Endpoints:       none: see the problem below
    All servers:     -
    Keychain:        available
    Active context:  kind-lab (not there any more)
    Clients:         -

    Problem: Port 23784 is taken by nginx.
      Choose another.

    NAME   STATE   PRESET                  CONTEXT             TRANSPORT   GUARD       TOOLS   RESTARTS   AGE
    web    ready   kubernetes-mcp-server   kind-lab (active)   stdio       read-only   14      0          60m"
  `);
});

test('broken is a server that should run and does not, or a problem of Berth', () => {
  expect(isBroken(status())).toBe(false);
  expect(isBroken(status({ servers: [server({ state: 'degraded' })] }))).toBe(false);
  expect(isBroken(status({ servers: [server({ state: 'starting' })] }))).toBe(false);
  expect(isBroken(status({ servers: [server({ state: 'stopped', desired: 'stopped' })] }))).toBe(false);
  expect(isBroken(status({ servers: [server({ state: 'stopped', desired: 'running' })] }))).toBe(true);
  expect(isBroken(status({ servers: [failed] }))).toBe(true);
  expect(isBroken(status({ problems: [{ code: 'invalid-config', message: 'x' }] }))).toBe(true);
});

test('contexts as a table', () => {
  const context = {
    ref: 'prod-eu@/home/me/.kube/eu',
    name: 'prod-eu',
    cluster: 'eu',
    user: 'me',
    namespace: null,
    source: '/home/me/.kube/eu',
    active: true,
    production: true,
    productionGuessed: true,
    cap: 'read-only' as const,
    label: 'Europe',
    colour: null,
    expiry: null,
    reachable: false,
    expiresAt: '2026-11-21T17:00:00Z',
    apiServer: 'https://eu.example:6443',
    auth: 'client-certificate',
    current: false,
    demo: false,
    error: { code: 'unreachable' as const, message: 'The cluster does not answer.' },
  };
  expect(contextsText([context], look)).toMatchInlineSnapshot(`
    "ACTIVE   NAME                                 CLUSTER   USER   NAMESPACE   PRODUCTION          REACHABLE   EXPIRES   SOURCE
    *        prod-eu@/home/me/.kube/eu (Europe)   eu        me     -           yes (by its name)   no          in 5h     /home/me/.kube/eu

    prod-eu@/home/me/.kube/eu: The cluster does not answer."
  `);
  expect(contextsText([], look)).toContain('berth serve --demo');
});

test('changes of a context: only what was named, "" and default remove', () => {
  expect(contextChanges({ label: '', cap: 'default' })).toEqual({ label: null, cap: null });
  expect(contextChanges({ production: false })).toEqual({ production: false });
  expect(contextChanges({ guessProduction: true })).toEqual({ production: null });
  expect(contextChanges({ colour: 'cyan' })).toEqual({ colour: 'cyan' });
  expect(contextChanges({ color: 'none' })).toEqual({ colour: null });
  expect(() => contextChanges({})).toThrow('Nothing to change');
});

test('a rung of the ladder says what was seen and what to do', () => {
  const rung = {
    id: 'tls',
    title: 'TLS',
    target: 'context:x',
    outcome: 'fail' as const,
    evidence: 'expired\nyesterday',
    remedy: 'Renew it.',
    ms: 12.4,
  };
  expect(rungText(rung, look.paint)).toBe('  FAIL  TLS: expired yesterday (12 ms)\n        Renew it.');
  expect(rungText({ ...rung, outcome: 'skip' }, look.paint)).not.toContain('ms)');
});

test('a doctor target is a server before a context before a client', () => {
  const all = {
    servers: [server({ slug: 'lab' })],
    contexts: [
      { ref: 'lab', name: 'lab' },
      { ref: 'x@/f', name: 'x' },
    ] as Status['contexts'],
    clients: [{ id: 'cursor' }] as Status['clients'],
  };
  expect(['lab', 'x', 'cursor', 'context:lab'].map((name) => targetOf(all, name))).toEqual([
    'server:lab',
    'context:x@/f',
    'client:cursor',
    'context:lab',
  ]);
  expect(() => targetOf(all, 'nope')).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test('log filters', () => {
  expect(logFilter('web', { tail: '5', since: '1h', level: 'warn' }, now)).toEqual({
    slug: 'web',
    tail: 5,
    since: '2026-11-21T11:00:00.000Z',
    level: 'warn',
  });
  expect(() => logFilter('web', { tail: '-1' }, now)).toThrow('--tail');
  expect(() => logFilter('web', { level: 'loud' }, now)).toThrow('no level "loud"');
});

test('the text of a result; what is no text is named', () => {
  const notes: string[] = [];
  const content = [
    { type: 'text', text: 'NAME' },
    { type: 'image', data: 'x' },
    { type: 'resource', resource: { uri: 'k8s://x', text: 'pod' } },
  ];
  expect(resultText({ content }, (note) => notes.push(note))).toBe('NAME\npod');
  expect(notes).toEqual(['(image left out; use -o json)']);
  expect(resultText({ structuredContent: { a: 1 } }, () => {})).toBe('{\n  "a": 1\n}');
});
