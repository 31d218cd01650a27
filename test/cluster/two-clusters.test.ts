import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isRunning } from '../e2e/support/processes.ts';
import type { ApiServer } from './support/api-server.ts';
import { askKube } from './support/kube-rest.ts';
import { startTwoClusters, type TwoClusters } from './support/two-clusters.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-clusters-'));
let clusters: TwoClusters;

beforeAll(async () => {
  clusters = await startTwoClusters(folder);
});

afterAll(async () => {
  const pids = [clusters.east.pid, clusters.west.pid];
  await clusters.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(pids.map(isRunning)).toEqual([false, false]);
});

async function names(server: ApiServer, user: string, path: string): Promise<string[]> {
  const { body } = await server.ask(user, 'GET', path);
  return (body as { items: { metadata: { name: string } }[] }).items.map((item) => item.metadata.name);
}

test('the two clusters hold different data', async () => {
  expect(await names(clusters.east, 'admin', '/api/v1/pods')).toEqual(['east-invoices', 'east-cart', 'east-checkout']);
  expect(await names(clusters.west, 'admin', '/api/v1/pods')).toEqual(['west-archive', 'west-newsroom', 'west-search']);
});

test('RBAC limits the viewer to one namespace', async () => {
  expect(await names(clusters.east, 'viewer', '/api/v1/namespaces/shop/pods')).toEqual(['east-cart', 'east-checkout']);
  const denied = await clusters.east.ask('viewer', 'GET', '/api/v1/namespaces/billing/pods');
  expect(denied).toMatchObject({ code: 403, body: { reason: 'Forbidden' } });
});

test('a token of one cluster is worth nothing at the other', async () => {
  const answer = await askKube(clusters.west.peerWith(clusters.east.token('admin')), { path: '/api/v1/pods' });
  expect(answer.code).toBe(401);
});

test('the audit log says which user made which call', async () => {
  await clusters.west.ask('viewer', 'GET', '/api/v1/namespaces/press/pods?audit=here');
  expect(clusters.west.audit().filter((event) => event.requestURI.endsWith('?audit=here'))).toMatchObject([
    { verb: 'list', user: { username: 'viewer' }, code: 403 },
  ]);
});

test('a stopped API server comes back on its port with its data', async () => {
  const url = clusters.west.url;
  await clusters.west.stop();
  await expect(clusters.west.ask('admin', 'GET', '/readyz')).rejects.toThrow('ECONNREFUSED');
  await clusters.west.start();
  expect(clusters.west.url).toBe(url);
  expect(await names(clusters.west, 'viewer', '/api/v1/namespaces/shop/pods')).toEqual(['west-search']);
});

test('the kubeconfig names both clusters and only the user that was asked for', () => {
  const config = parse(clusters.kubeconfig('viewer'));
  expect(config['current-context']).toBe('east');
  expect(config.contexts.map((context: { name: string }) => context.name)).toEqual(['east', 'west']);
  expect(config.users.map((user: { name: string }) => user.name)).toEqual(['east-viewer', 'west-viewer']);
  expect(readFileSync(config.clusters[0].cluster['certificate-authority'], 'utf8')).toContain('BEGIN CERTIFICATE');
});
