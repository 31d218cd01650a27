import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '../../contract/model/server.ts';
import { isRunning } from '../e2e/support/processes.ts';
import { type BerthWithClusters, startBerthWithClusters } from './support/berth-with-clusters.ts';

let berth: BerthWithClusters;
let running: Server;

beforeAll(async () => {
  berth = await startBerthWithClusters('admin');
  for (const context of ['east', 'west']) {
    await berth.sandbox.json('add', 'kubernetes-mcp-server', '--name', context, '--context', context, '--start');
  }
  running = await berth.serverWhen('west', ({ state }) => state === 'ready', 60_000);
  await berth.serverWhen('east', ({ state }) => state === 'ready', 60_000);
});

afterAll(async () => {
  await berth?.stop();
});

const namespaces = (slug: string) => berth.sandbox.cli('call', slug, 'namespaces_list');

test('an API server that goes away makes its server degraded, and nothing is restarted', async () => {
  await berth.clusters.west.stop();
  const server = await berth.serverWhen('west', ({ state }) => state === 'degraded', 90_000);
  expect(server).toMatchObject({ pid: running.pid, restarts: 0, reachable: false });
  expect(server.error?.code).toBe('unreachable');
  expect(isRunning(running.pid ?? 0)).toBe(true);
});

test('the other cluster is not touched by it', async () => {
  expect(await berth.server('east')).toMatchObject({ state: 'ready', error: null });
  expect((await namespaces('east')).stdout).toContain('billing');
});

test('a call meanwhile ends with the reason', async () => {
  const called = await namespaces('west');
  expect(called.code).toBe(5);
  expect(called.stdout + called.stderr).toContain('connection refused');
});

test('when the API server is back the same process is ready again', async () => {
  await berth.clusters.west.start();
  const server = await berth.serverWhen('west', ({ state }) => state === 'ready', 90_000);
  expect(server).toMatchObject({ pid: running.pid, restarts: 0, reachable: true, error: null });
  expect((await namespaces('west')).stdout).toContain('press');
});
