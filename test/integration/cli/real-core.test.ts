import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applicationFiles } from '../../../main/core/application-files.ts';
import { type Core, createCore } from '../../../main/core/core.ts';
import { berthPaths } from '../../../main/core/paths.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { berth, type Ran, Terminal } from './terminal.ts';

let home: string;
let env: Record<string, string>;
let core: Core;
let quit: Promise<void>;

/** A whole core on the demo clusters; the tests below are one user's session with it, in this order. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-real-'));
  await mkdir(join(home, 'run'), { mode: 0o700 });
  env = {
    BERTH_HOME: join(home, 'berth'),
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_CONFIG_HOME: join(home, '.config'),
    PATH: process.env['PATH'] ?? '',
  };
  let announceQuit = () => {};
  quit = new Promise((resolve) => {
    announceQuit = resolve;
  });
  core = await createCore({
    paths: berthPaths(env),
    env,
    platform: process.platform,
    files: applicationFiles(import.meta.url),
    shell: {
      kind: 'headless',
      capabilities: { tray: false, autostart: false, filePicker: false },
      startCommand: [],
      open: async () => ({ url: null }),
      quit: () => announceQuit(),
    },
    port: await freePort(),
    demo: true,
  });
  core.start();
});

afterAll(async () => {
  await core?.dispose();
  await rm(home, { recursive: true, force: true });
});

const run = (...args: string[]) => berth(args, { env });

async function json(...args: string[]) {
  const ran: Ran = await run(...args, '-o', 'json');
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
}

test('a server is docked, started and ready, and the settings hold it', async () => {
  expect(await json('use', 'demo-staging')).toMatchObject({ ref: 'demo-staging', active: true });
  const server = await json('add', 'kubernetes-mcp-server', '--name', 'kms', '--set', 'toolsets=core', '--start');
  expect(server).toMatchObject({
    slug: 'kms',
    state: 'ready',
    boundTo: 'active',
    context: 'demo-staging',
    guard: 'read-only',
  });
  expect(await readFile(join(home, 'berth', 'config.yaml'), 'utf8')).toContain('toolsets: core');
  expect((await run('status')).code).toBe(0);
});

test('its tools are listed and called; what the guard keeps away is refused', async () => {
  const tools = (await json('tools', 'kms')).map(({ name }: { name: string }) => name);
  expect(tools).toContain('pods_list_in_namespace');
  expect(tools).not.toContain('pods_delete');
  const pods = await run('call', 'kms', 'pods_list_in_namespace', '--arg', 'namespace=shop');
  expect(pods).toMatchObject({ code: 0, stderr: '' });
  expect(pods.stdout).toContain('storefront');
  expect((await run('call', 'kms', 'pods_get')).code).toBe(5);
  expect([4, 6]).toContain((await run('call', 'kms', 'pods_delete', '--arg', 'name=x')).code);
});

test('a switch of the context is answered from the other cluster', async () => {
  const list = async () => [
    (await run('call', 'kms', 'namespaces_list')).stdout,
    (await run('call', 'all', 'kms__namespaces_list')).stdout,
  ];
  const before = await list();
  expect(await json('use', 'demo-production')).toMatchObject({ production: true });
  for (const after of await list()) expect(after).toContain('payments');
  for (const text of before) expect(text).not.toContain('payments');
});

test('set changes the server, and production caps its guard', async () => {
  const changed = await json('set', 'kms', '--guard', 'full', 'log-level=2');
  expect(changed).toMatchObject({
    guard: 'full',
    effectiveGuard: 'read-only',
    options: { toolsets: 'core', 'log-level': 2 },
  });
  const unset = await json('set', 'kms', '--unset', 'log-level');
  expect(unset.options).toEqual({ toolsets: 'core' });
  expect(await run('set', 'kms', 'log-level=12')).toMatchObject({ code: 2, stdout: '' });
});

test('all servers as one: listed, called, searched, installed', async () => {
  const names = async () => (await json('tools', 'all')).map(({ name }: { name: string }) => name);
  expect(await names()).toContain('kms__pods_list');
  expect(await run('call', 'all', 'kms__pods_delete', '--arg', 'name=x')).toMatchObject({ stdout: '' });
  expect(await run('call', 'all', 'nowhere__x')).toMatchObject({ code: 4, stdout: '' });
  expect(await json('endpoint', 'all', '--client', 'me')).toMatchObject({ url: expect.stringMatching(/\/all\/mcp$/) });
  expect((await run('install', 'cursor', 'all', '--dry-run')).stdout).toContain('+    "berth-all": {');
  expect(await json('config', 'set', 'all.mode', 'search')).toMatchObject({ all: { mode: 'search' } });
  expect(await names()).toEqual(['find_tool', 'call_tool']);
  const found = await json('call', 'all', 'find_tool', '--arg', 'tool_description=list namespaces');
  expect(found.structuredContent.tools[0]).toMatchObject({ server: 'kms', name: 'kms__namespaces_list' });
  expect((await run('status')).stdout).toMatch(/All servers: .*\/all\/mcp \(search for tools\)/);
  await json('config', 'set', 'all.mode', 'tools');
});

test('a context gets a label and a cap, and loses them', async () => {
  const marked = ['context', 'set', 'demo-staging', '--label', 'Lab', '--cap', 'read-only', '--production'];
  expect(await json(...marked)).toMatchObject({
    label: 'Lab',
    cap: 'read-only',
    production: true,
    productionGuessed: false,
  });
  const unmarked = ['context', 'set', 'demo-staging', '--label', '', '--cap', 'default', '--guess-production'];
  expect(await json(...unmarked)).toMatchObject({ label: null, cap: 'full', production: false });
});

test('every call is in the audit, with who, where and how it ended', async () => {
  const entries = await json('audit', '--server', 'kms');
  expect(entries.map(({ tool, outcome }: { tool: string; outcome: string }) => `${tool} ${outcome}`)).toEqual([
    'pods_list_in_namespace ok',
    'pods_get tool-error',
    'pods_delete refused',
    'namespaces_list ok',
    'namespaces_list ok',
    'namespaces_list ok',
    'namespaces_list ok',
    'pods_delete refused',
  ]);
  expect(entries[0]).toMatchObject({
    client: 'cli',
    context: 'demo-staging',
    guard: 'read-only',
    arguments: '{"namespace":"shop"}',
  });
  expect(entries.at(-1).context).toBe('demo-production');
  expect(entries.at(-1).answerBytes).toBeGreaterThan(20);
  const refused = await run('audit', '--outcome', 'refused', '--since', '1h', '--grep', 'PODS_DELETE', '-o', 'wide');
  expect(refused.stdout).toMatch(/cli +kms +demo-staging +pods_delete +refused/);
  expect(await run('audit', '--outcome', 'loud')).toMatchObject({ code: 2, stdout: '' });
  const following = new Terminal(['audit', '-f', '-o', 'json', '-n', '1', '--server', 'kms'], { env });
  await following.shows('demo-production');
  await run('call', 'kms', 'events_list');
  await following.shows('events_list');
  following.interrupt();
  expect((await following.done).code).toBe(130);
});

test('at the guard ask a call is held, shown and passes when a person at a terminal approves it', async () => {
  await run('use', 'demo-staging');
  await run('context', 'set', 'demo-staging', '--no-production');
  await json('set', 'kms', '--guard', 'ask');
  const calling = new Terminal(['call', 'kms', 'pods_delete', '--arg', 'name=web-0', '--arg', 'namespace=shop'], {
    env,
  });
  let waiting: { id: string; tool: string; arguments: string }[] = [];
  while (waiting.length === 0) waiting = await json('approvals');
  expect(waiting).toMatchObject([
    { tool: 'pods_delete', client: 'cli', context: 'demo-staging', arguments: '{"name":"web-0","namespace":"shop"}' },
  ]);
  const id = waiting[0]?.id ?? '';
  expect((await run('approvals')).stdout).toContain(id);
  // A script is no person.
  expect((await run('approvals', 'approve', id)).code).toBe(6);
  expect((await berth(['approvals', 'approve', 'none'], { env, typed: '' })).code).toBe(4);
  expect(await berth(['approvals', 'approve', id], { env, typed: '' })).toMatchObject({ code: 0 });
  // The demo cluster lets nobody write, so what it answers shows that the call came through.
  expect((await calling.done).stdout).not.toContain('Berth refused');
  const [last] = await json('audit', '-n', '1', '--tool', 'pods_delete');
  expect(last).toMatchObject({ approval: 'approved', guard: 'ask', outcome: 'tool-error' });

  const denied = new Terminal(['call', 'kms', 'pods_delete', '--arg', 'name=web-1', '--arg', 'token=x'], { env });
  waiting = [];
  while (waiting.length === 0) waiting = await json('approvals');
  expect((await run('approvals')).stdout).toContain('1 of its values may be secret');
  await berth(['approvals', 'deny', waiting[0]?.id ?? ''], { env, typed: '' });
  expect(await denied.done).toMatchObject({ code: 6, stderr: expect.stringContaining('A person denied this call') });
  expect(await json('approvals')).toEqual([]);
});

test('a tool that is switched off is neither listed nor called, until it is on again', async () => {
  const names = async () => (await json('tools', 'kms')).map(({ name }: { name: string }) => name);
  const { pid } = await json('servers', 'kms');
  expect(await json('set', 'kms', '--tool-off', 'events_list', '--tool-off', 'pods_top')).toMatchObject({
    toolsOff: ['events_list', 'pods_top'],
    pid,
  });
  expect(await names()).not.toContain('events_list');
  const refused = await run('call', 'kms', 'events_list');
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('the user has switched it off in Berth') });
  expect(await readFile(join(home, 'berth', 'config.yaml'), 'utf8')).toContain('toolsOff:');
  expect(await json('set', 'kms', '--tool-on', 'events_list', '--tool-on', 'pods_top')).toMatchObject({ toolsOff: [] });
  expect(await names()).toContain('events_list');
});

test('its log is followed until Ctrl-C', async () => {
  const following = new Terminal(['logs', 'kms', '-f', '-o', 'json'], { env });
  await following.shows('kubernetes-mcp-server');
  following.interrupt();
  expect((await following.done).code).toBe(130);
});

test('a program that is missing fails with the way to get it, and the status is broken until it is removed', async () => {
  const ran = await run(
    'add',
    'command',
    '--name',
    'bad',
    '--context',
    'none',
    '--set',
    'command=no-such-program',
    '--start',
  );
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('"no-such-program" was not found');
  expect((await run('status')).code).toBe(1);
  expect((await run('remove', 'bad')).code).toBe(0);
  expect((await run('status')).code).toBe(0);
});

test('the ladder of a server passes on the demo cluster', async () => {
  const results = await json('doctor', 'kms');
  expect(results.map(({ outcome }: { outcome: string }) => outcome)).not.toContain('fail');
  expect(results.length).toBeGreaterThan(3);
});

test('a token is minted, listed and ended', async () => {
  const endpoint = await json('endpoint', 'kms', '--client', 'mine');
  expect(endpoint).toMatchObject({ url: expect.stringContaining('/kms/mcp') });
  const ask = () =>
    fetch(endpoint.url, {
      method: 'POST',
      headers: {
        ...endpoint.headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
  expect((await ask()).status).not.toBe(401);
  expect((await run('endpoint', '--list')).stdout).toContain('mine');
  expect(await json('endpoint', '--revoke', 'mine')).toEqual({ revoked: 1 });
  expect((await ask()).status).toBe(401);
  expect((await run('endpoint', '--revoke', 'mine')).code).toBe(4);
});

test('a client is installed and uninstalled without a trace', async () => {
  const file = join(home, '.cursor', 'mcp.json');
  await mkdir(join(home, '.cursor'));
  const dry = await run('install', 'cursor', 'kms', '--dry-run');
  expect(dry.stdout).toContain('+    "berth-kms": {');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
  expect(await json('install', 'cursor', 'kms')).toMatchObject({ state: 'installed', entries: [{ slug: 'kms' }] });
  expect(await readFile(file, 'utf8')).toContain('/kms/mcp');
  expect(await json('uninstall', 'cursor')).toMatchObject({ entries: [] });
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('stop and start wait for the state; quit ends it', async () => {
  expect((await json('stop', '--all')).map(({ state }: { state: string }) => state)).toEqual(['stopped']);
  expect((await run('call', 'kms', 'pods_list')).code).toBe(3);
  expect((await json('start', 'kms'))[0]).toMatchObject({ state: 'ready' });
  const quitting = run('quit');
  await quit;
  await core.dispose();
  expect(await quitting).toMatchObject({ code: 0, stderr: 'Berth has stopped.\n' });
  expect((await run('status')).code).toBe(3);
});
