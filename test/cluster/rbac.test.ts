import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '../../contract/model/server.ts';
import { type BerthWithClusters, startBerthWithClusters } from './support/berth-with-clusters.ts';

let berth: BerthWithClusters;

beforeAll(async () => {
  berth = await startBerthWithClusters('viewer');
  await berth.sandbox.json<Server>('add', 'kubernetes-mcp-server', '--name', 'kms', '--context', 'east', '--start');
  await berth.serverWhen('kms', ({ state }) => state === 'ready', 60_000);
});

afterAll(async () => {
  await berth?.stop();
});

const podsOf = (namespace: string) =>
  berth.sandbox.cli('call', 'kms', 'pods_list_in_namespace', '--arg', `namespace=${namespace}`);

test('what the user may read is answered', async () => {
  const called = await podsOf('shop');
  expect(called).toMatchObject({ code: 0 });
  expect(called.stdout).toContain('east-checkout');
});

test('what RBAC denies is shown in the words of the cluster, with an exit code of its own', async () => {
  const called = await podsOf('billing');
  expect(called.code).toBe(5);
  expect(called.stdout + called.stderr).toMatch(/pods is forbidden: User "viewer" cannot list resource "pods"/);
});

test("the cluster's audit log holds both calls under the user of the kubeconfig", () => {
  const lists = berth.clusters.east
    .audit()
    .filter(({ verb, requestURI }) => verb === 'list' && /\/namespaces\/(shop|billing)\/pods/.test(requestURI))
    .filter(({ user }) => user.username !== 'admin');
  const seen = lists.map(({ user, requestURI, code }) => [
    user.username,
    /\/namespaces\/(\w+)\//.exec(requestURI)?.[1],
    code,
  ]);
  expect(new Set(seen.map((line) => line.join(' ')))).toEqual(new Set(['viewer shop 200', 'viewer billing 403']));
});

test('a denial is no outage: the server stays ready', async () => {
  expect(await berth.server('kms')).toMatchObject({ state: 'ready', restarts: 0, reachable: true });
});
