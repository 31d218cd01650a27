import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReachabilityMonitor } from '../../../../main/core/servers/reachability-monitor.ts';
import { StartGate } from '../../../../main/core/supervisor/start-gate.ts';
import { Recovery } from '../../../../main/core/wake/recovery.ts';
import { freePort } from '../../../e2e/support/free-port.ts';
import { type Bench, fixture, openBench } from './harness.ts';

const CAP = 4;

/** Counts how many starts are under way at once. */
class CountingGate extends StartGate {
  now = 0;
  most = 0;

  override run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return super.run(async () => {
      this.now += 1;
      this.most = Math.max(this.most, this.now);
      try {
        return await work();
      } finally {
        this.now -= 1;
      }
    }, signal);
  }
}

let bench: Bench;
let gate: CountingGate;

beforeEach(async () => {
  gate = new CountingGate(CAP);
  // Delays as long as a day's, so that only a wake explains a restart.
  bench = await openBench(
    { backoffBaseMs: 3_600_000, backoffCapMs: 3_600_000, wakePingMs: 1_500, wakeSpreadMs: 200 },
    { gate, random: () => 0.99 },
  );
});
afterEach(() => bench.end());

/** An HTTP server that answers MCP as little as an upstream needs to be ready, on this port. */
async function startUpstream(port: number): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { id } = request.method === 'POST' ? JSON.parse(body) : { id: undefined };
    if (id === undefined) return response.writeHead(request.method === 'POST' ? 202 : 405).end();
    const serverInfo = { name: 'upstream', version: '1' };
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect((server.address() as AddressInfo).port).toBe(port);
  return server;
}

test('thirty servers on three clusters after a wake: three questions, only what is broken restarts, a few at a time', async () => {
  const { supervisor } = bench;
  const port = await freePort();
  const local = Array.from({ length: 20 }, (_, index) => `local-${index}`);
  const upstreams = Array.from({ length: 10 }, (_, index) => `upstream-${index}`);
  const all = [...local, ...upstreams];
  const contextOf = new Map(all.map((slug, index) => [slug, `context-${index % 3}`]));
  for (const slug of local) supervisor.start(slug, bench.planner(slug, {}));
  for (const slug of upstreams) {
    supervisor.start(slug, async () => ({
      plan: { ...bench.plan(slug, { transport: 'http', url: `http://127.0.0.1:${port}/mcp` }), process: null },
      release: async () => {},
    }));
  }
  await Promise.all(local.map((slug) => supervisor.waitFor(slug, ['ready'], 50_000)));
  await Promise.all(upstreams.map((slug) => supervisor.waitFor(slug, ['restarting'], 50_000)));
  expect(gate.most).toBe(CAP);

  // During the sleep three servers got stuck; the network for the upstreams is back.
  const hung = local.slice(0, 3);
  const before = new Map(local.map((slug) => [slug, supervisor.get(slug)?.pid ?? 0]));
  for (const slug of hung) process.kill(before.get(slug) ?? 0, 'SIGSTOP');
  const upstream = await startUpstream(port);
  gate.most = 0;
  const probed: string[] = [];
  const monitor = new ReachabilityMonitor({
    wanted: () => [...new Set(contextOf.values())],
    ask: async (ref) => {
      probed.push(ref);
      return { reachable: true, error: null };
    },
    tell: (ref, seen) => {
      for (const slug of all) if (contextOf.get(slug) === ref) supervisor.setReachability(slug, seen);
    },
  });
  const watch = supervisor.onDidChangeBackend(({ slug, backend }) => {
    if (backend) void monitor.freshen(contextOf.get(slug) ?? '');
  });
  const recovery = new Recovery(
    {
      contexts: () => monitor.wanted(),
      probe: (ref) => monitor.anew(ref),
      servers: () =>
        supervisor
          .list()
          .map(({ slug, state }) => ({ slug, context: contextOf.get(slug) ?? null, up: state === 'ready' })),
      proveAlive: (slug) => supervisor.proveAlive(slug),
      retry: (slug, why) => supervisor.retry(slug, why),
      log: () => {},
    },
    0,
  );
  recovery.soon('The machine woke up.');
  await Promise.all(upstreams.map((slug) => supervisor.waitFor(slug, ['ready'], 20_000)));
  await Promise.all(hung.map((slug) => supervisor.waitFor(slug, ['restarting'], 20_000)));
  await recovery.settled();

  expect(probed.sort()).toEqual(['context-0', 'context-1', 'context-2']);
  expect(gate.most).toBeLessThanOrEqual(CAP);
  for (const slug of hung) {
    expect(supervisor.get(slug)?.error?.message).toBe('The server gave no sign of life within 1.5 s.');
  }
  const untouched = local.slice(3);
  expect(untouched.map((slug) => supervisor.get(slug))).toMatchObject(
    untouched.map((slug) => ({ state: 'ready', restarts: 0, pid: before.get(slug) })),
  );
  watch.dispose();
  await recovery.dispose();
  await monitor.dispose();
  upstream.closeAllConnections();
  upstream.close();
});

test('servers that hang at initialize hold up nobody for longer than their turn', async () => {
  const patient = new StartGate(2, 300);
  const other = await openBench({}, { gate: patient });
  try {
    for (const slug of ['hangs-1', 'hangs-2', 'hangs-3', 'hangs-4']) {
      other.supervisor.start(slug, other.planner(slug, { run: [fixture('hangs-at-initialize.mjs')] }));
    }
    other.supervisor.start('good', other.planner('good', {}));
    await other.supervisor.waitFor('good', ['ready'], 20_000);
    expect(other.supervisor.list().map(({ state }) => state)).toEqual([...Array(4).fill('starting'), 'ready']);
  } finally {
    await other.end();
  }
});
