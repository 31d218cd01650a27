import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../contract/model/client.ts';
import type { Context } from '../../contract/model/context.ts';
import type { Server } from '../../contract/model/server.ts';
import { type ConnectedClient, connectHttp, connectStdio } from '../e2e/support/mcp-client.ts';
import { isRunning } from '../e2e/support/processes.ts';
import { type BerthWithClusters, startBerthWithClusters } from './support/berth-with-clusters.ts';
import { askKube } from './support/kube-rest.ts';
import { hasKubectl } from './support/kubectl.ts';

/** One story, told in order: each test goes on where the one before ended. */
let berth: BerthWithClusters;
/** Connected as Cursor does, with the URL and header that Berth wrote into its file. */
let cursor: ConnectedClient;
/** Connected as Claude Desktop does, through the command that Berth wrote into its file. */
let claude: ConnectedClient;
let cursorToken: string;

interface ClientFile {
  mcpServers: Record<
    string,
    { url: string; headers: Record<string, string>; command: string; args: string[]; env?: Record<string, string> }
  >;
}

beforeAll(async () => {
  berth = await startBerthWithClusters('admin');
});

afterAll(async () => {
  await cursor?.close();
  await claude?.close();
  await berth?.stop();
});

const podsOfShop = (client: ConnectedClient) => client.call('pods_list_in_namespace', { namespace: 'shop' });

async function installed(id: string): Promise<{ file: string; entry: ClientFile['mcpServers'][string] }> {
  await berth.sandbox.json<Client>('install', id, 'kms');
  const clients = await berth.sandbox.json<Client[]>('clients');
  const file = clients.find((client) => client.id === id)?.file ?? '';
  const entry = (JSON.parse(readFileSync(file, 'utf8')) as ClientFile).mcpServers['berth-kms'];
  if (!entry) throw new Error(`${file} has no entry berth-kms`);
  return { file, entry };
}

test('lists the contexts of both clusters', async () => {
  const contexts = await berth.sandbox.json<Context[]>('contexts');
  expect(contexts.map(({ name, cluster, user, namespace }) => ({ name, cluster, user, namespace }))).toEqual([
    { name: 'east', cluster: 'east', user: 'east-admin', namespace: 'shop' },
    { name: 'west', cluster: 'west', user: 'west-admin', namespace: 'shop' },
  ]);
});

test('docks kubernetes-mcp-server for the active context, ready because it answered initialize', async () => {
  expect(await berth.sandbox.cli('use', 'east')).toMatchObject({ code: 0 });
  await berth.sandbox.json<Server>('add', 'kubernetes-mcp-server', '--name', 'kms', '--start');
  const server = await berth.serverWhen('kms', ({ state }) => state === 'ready', 60_000);
  expect(server).toMatchObject({
    boundTo: 'active',
    context: 'east',
    guard: 'read-only',
    restarts: 0,
    error: null,
    serverInfo: { name: 'kubernetes-mcp-server' },
  });
  expect(server.protocolVersion).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(server.tools).toBeGreaterThan(5);
  expect(isRunning(server.pid ?? 0)).toBe(true);
});

test('is installed into Cursor and Claude Desktop without any credential of a cluster', async () => {
  const forCursor = await installed('cursor');
  const forClaude = await installed('claude-desktop');
  for (const { file } of [forCursor, forClaude]) {
    for (const cluster of [berth.clusters.east, berth.clusters.west]) {
      expect(readFileSync(file, 'utf8')).not.toContain(cluster.token('admin'));
    }
  }
  cursorToken = /^Bearer (.+)$/.exec(forCursor.entry.headers['Authorization'] ?? '')?.[1] ?? '';
  expect(cursorToken).not.toBe('');
  cursor = await connectHttp(forCursor.entry.url, forCursor.entry.headers);
  claude = await connectStdio(berth.sandbox, forClaude.entry);
});

test('both clients get the answers of the active cluster', async () => {
  for (const client of [cursor, claude]) {
    expect(await client.tools()).toContain('pods_list_in_namespace');
    const { text, isError } = await podsOfShop(client);
    expect(isError).toBe(false);
    expect(text).toContain('east-cart');
    expect(text).toContain('east-checkout');
    expect(text).not.toContain('west-');
  }
});

test('the server is read-only: what changes a cluster is neither listed nor let through', async () => {
  const tools = await cursor.tools();
  expect(tools.filter((tool) => /delete|exec|run|create|scale/.test(tool))).toEqual([]);
  const before = berth.clusters.east.audit().length;
  const attempt = cursor.client.callTool({ name: 'pods_delete', arguments: { namespace: 'shop', name: 'east-cart' } });
  await expect(
    attempt.then(
      (result) => result.isError === true,
      () => true,
    ),
  ).resolves.toBe(true);
  const after = berth.clusters.east.audit().slice(before);
  expect(after.filter(({ verb }) => verb === 'delete')).toEqual([]);
});

test('switching the context changes who answers, in the sessions that are open', async () => {
  expect(await berth.sandbox.cli('use', 'west')).toMatchObject({ code: 0 });
  for (const client of [cursor, claude]) {
    const { text } = await podsOfShop(client);
    expect(text).toContain('west-search');
    expect(text).not.toContain('east-');
  }
});

test('when the server process is killed it comes back, and the sessions go on', async () => {
  const { pid } = await berth.server('kms');
  process.kill(pid ?? 0, 'SIGKILL');
  // A call that was under way when the process died ends with an error, since nobody knows what it did; this is about the next ones.
  await berth.serverWhen('kms', (server) => server.pid !== pid, 30_000);
  for (const client of [cursor, claude]) expect((await podsOfShop(client)).text).toContain('west-search');
  const server = await berth.serverWhen('kms', ({ state }) => state === 'ready', 30_000);
  expect(server.pid).not.toBe(pid);
  expect(server.restarts).toBe(1);
  expect(isRunning(pid ?? 0)).toBe(false);
});

test('the CLI calls the same tool through the same endpoint', async () => {
  const called = await berth.sandbox.cli('call', 'kms', 'pods_list_in_namespace', '--arg', 'namespace=press');
  expect(called).toMatchObject({ code: 0 });
  expect(called.stdout).toContain('west-newsroom');
});

test('a server that is bound to one context does not follow the switch', async ({ skip }) => {
  skip(!hasKubectl(), 'mcp-server-kubernetes needs kubectl, which is not on this machine');
  await berth.sandbox.json<Server>('add', 'mcp-server-kubernetes', '--name', 'msk', '--context', 'east', '--start');
  const server = await berth.serverWhen('msk', ({ state }) => state === 'ready', 60_000);
  expect(server).toMatchObject({ boundTo: 'east', context: 'east' });
  const args = JSON.stringify({ resourceType: 'pods', namespace: 'shop', output: 'name' });
  const called = await berth.sandbox.cli('call', 'msk', 'kubectl_get', '--args', args);
  expect(called.stdout).toContain('east-cart');
  expect(called.stdout).not.toContain('west-');
  expect((await berth.sandbox.cli('remove', 'msk')).code).toBe(0);
  expect(isRunning(server.pid ?? 0)).toBe(false);
});

test("the API servers saw only the kubeconfig's user, never the token of a client", async () => {
  const { west } = berth.clusters;
  // From now on this API server would take the client's token for a user of its own: were it passed on, the audit log would say so.
  await west.stop();
  west.users.push({ name: 'token-of-cursor', token: cursorToken, groups: ['system:masters'] });
  await west.start();
  await berth.serverWhen('kms', ({ state }) => state === 'ready', 60_000);
  const before = west.audit().length;
  expect((await podsOfShop(cursor)).text).toContain('west-search');
  const users = new Set(
    west
      .audit()
      .slice(before)
      .filter(({ requestURI }) => requestURI.includes('/namespaces/shop/pods'))
      .map(({ user }) => user.username),
  );
  expect([...users]).toEqual(['admin']);

  await askKube(west.peerWith(cursorToken), { path: '/api/v1/namespaces/shop/pods?control=yes' });
  expect(west.audit().at(-1)).toMatchObject({ user: { username: 'token-of-cursor' }, code: 200 });
  for (const cluster of [berth.clusters.east, west]) {
    const strangers = cluster
      .audit()
      .filter(({ user, requestURI }) => !/^(admin|system:.*)$/.test(user.username) && !requestURI.includes('control='));
    expect(strangers).toEqual([]);
  }
});

test('uninstalling leaves no entry, and the clients lose their access', async () => {
  const clients = await berth.sandbox.json<Client[]>('clients');
  for (const id of ['cursor', 'claude-desktop']) {
    await berth.sandbox.json<Client>('uninstall', id);
    const file = clients.find((client) => client.id === id)?.file ?? '';
    // Berth made these files, so nothing of them stays (D25).
    expect(existsSync(file)).toBe(false);
  }
  await expect(cursor.tools()).rejects.toMatchObject({ code: 401 });
});
