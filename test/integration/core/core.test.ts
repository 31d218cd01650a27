import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../../contract/calls.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';

const signal = new AbortController().signal;
const opened: SandboxedCore[] = [];
const clients: Client[] = [];

async function start(options: Parameters<typeof coreInSandbox>[0] = {}) {
  const sandbox = await coreInSandbox(options);
  opened.push(sandbox);
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const { calls } = await import('../../../contract/calls.ts');
    const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
    return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
  };
  return { ...sandbox, call };
}

/** An AI client as it is out there: the official SDK with a URL and a token. */
async function connect(endpoint: { url: string; headers: Record<string, string> }): Promise<Client> {
  const client = new Client({ name: 'an-editor', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint.url), { requestInit: { headers: endpoint.headers } }),
  );
  clients.push(client);
  return client;
}

async function namespacesOf(client: Client): Promise<string> {
  const result = await client.callTool({ name: 'namespaces_list', arguments: {} });
  return JSON.stringify(result.content);
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const sandbox of opened.splice(0)) await sandbox.dispose();
});

describe('a docked kubernetes-mcp-server on the demo clusters', () => {
  it('is ready because it answered MCP, serves a real client, survives a kill, and changes cluster under the same session', async () => {
    const { core, call } = await start({ demo: true });
    await call('contexts.use', { context: 'demo-staging' });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', start: true });
    const [ready] = await call('servers.start', { slugs: ['cluster'] });
    expect(ready).toMatchObject({
      state: 'ready',
      context: 'demo-staging',
      boundTo: 'active',
      guard: 'read-only',
      effectiveGuard: 'read-only',
      serverInfo: { name: 'kubernetes-mcp-server' },
      error: null,
    });
    const firstPid = ready?.pid ?? 0;
    expect(firstPid).toBeGreaterThan(0);

    const client = await connect(await call('endpoint.mint', { slug: 'cluster', name: 'an-editor' }));
    const listChanged = new Promise((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve),
    );
    const tools = (await client.listTools()).tools.map((tool) => tool.name);
    expect(tools).toContain('pods_list');
    expect(tools).not.toContain('configuration_view');
    expect(tools).not.toContain('pods_delete');
    const staging = await namespacesOf(client);

    const died = new Promise<void>((resolve) => {
      const watch = core.status.onDidChange(({ servers }) => {
        if (servers?.[0]?.state === 'ready' && servers[0].pid !== firstPid) {
          watch.dispose();
          resolve();
        }
      });
    });
    process.kill(firstPid, 'SIGKILL');
    await died;
    expect(await namespacesOf(client)).toBe(staging);
    expect(await call('servers.get', { slug: 'cluster' })).toMatchObject({ state: 'ready', restarts: 1 });

    await call('contexts.use', { context: 'demo-production' });
    const production = await namespacesOf(client);
    expect(production).not.toBe(staging);
    await listChanged;
    expect(await call('servers.get', { slug: 'cluster' })).toMatchObject({
      context: 'demo-production',
      production: true,
      effectiveGuard: 'read-only',
      clients: [{ name: 'an-editor' }],
    });
    expect(core.status.current().activity[0]).toMatchObject({
      tool: 'namespaces_list',
      client: 'an-editor',
      context: 'demo-production',
      outcome: 'ok',
    });
  });

  it('keeps the cluster credential out of everything that it writes', async () => {
    const { call, env } = await start({ demo: true });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', context: 'demo-staging' });
    await call('servers.start', { slugs: ['cluster'] });
    const home = env['BERTH_HOME'] ?? '';
    const kubeconfigs = (await readdir(join(home, 'run', 'servers'), { recursive: true })).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(kubeconfigs).toHaveLength(1);
    const token = /token: "([^"]+)"/.exec(
      await readFile(join(home, 'run', 'servers', kubeconfigs[0] ?? ''), 'utf8'),
    )?.[1];
    expect(token).toBeTruthy();
    const server = await call('servers.get', { slug: 'cluster' });
    expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(token);
    await call('servers.stop', { slugs: ['cluster'] });
    expect(await readdir(join(home, 'run', 'servers'))).toEqual([]);
    for (const name of await readdir(home, { recursive: true, withFileTypes: true })) {
      if (!name.isFile() || name.parentPath.includes(join(home, 'run'))) continue;
      expect(await readFile(join(name.parentPath, name.name), 'utf8')).not.toContain(token);
    }
  });

  it('climbs the whole ladder', async () => {
    const { core, call } = await start({ demo: true });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', context: 'demo-staging' });
    await call('servers.start', { slugs: ['cluster'] });
    const results: CheckResult[] = [];
    await core.sources.doctor({ target: 'server:cluster' }, (result) => results.push(result), { signal });
    expect(results.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(results.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['program', 'process', 'initialize', 'tools', 'safe-read']),
    );
    expect(results.at(-1)).toMatchObject({ id: 'safe-read', outcome: 'pass', target: 'server:cluster' });
  });
});

describe('a client that is faster than the start of Berth', () => {
  it('waits for its server, which is to come, and is not told that it is stopped', async () => {
    const home = await mkdtemp(join(tmpdir(), 'berth-early-'));
    try {
      const server = fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url));
      const first = await start({ home });
      const options = { command: process.execPath, args: JSON.stringify([server]) };
      await first.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options, start: true });
      await first.call('servers.add', { preset: 'command', slug: 'rests', context: 'none', options });
      await first.dispose();

      const second = await start({ home });
      const asked = second.call('servers.tools', { slug: 'good' });
      const refused = second.call('servers.tools', { slug: 'rests' });
      await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('is stopped') });
      second.core.start();
      expect((await asked).length).toBeGreaterThan(0);
    } finally {
      for (const sandbox of opened.splice(0)) await sandbox.dispose();
      await rm(home, { recursive: true, force: true });
    }
  });
});

describe('a context switch (D18)', () => {
  it('swaps nothing when one server does not come up, and says which and why', async () => {
    const { call } = await start({ demo: true });
    await call('contexts.use', { context: 'demo-staging' });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster' });
    await call('servers.start', { slugs: ['cluster'] });
    const before = await call('servers.get', { slug: 'cluster' });
    await expect(call('contexts.use', { context: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
    const after = await call('servers.get', { slug: 'cluster' });
    expect(after).toMatchObject({ pid: before.pid, context: 'demo-staging', state: 'ready' });
  });
});

describe('a second Berth (D5)', () => {
  it('is refused before it touches anything, and told who runs', async () => {
    const first = await start();
    await expect(coreInSandbox({ home: first.home })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`pid ${process.pid}`),
      hint: expect.stringContaining('berth quit'),
    });
    expect(first.core.status.current().endpoint).not.toBeNull();
  });
});

describe('a revoked token', () => {
  it('ends what its client has open, and nothing of the others', async () => {
    const { call } = await start({ demo: true });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', context: 'demo-staging' });
    await call('servers.start', { slugs: ['cluster'] });
    const [lost, kept] = await Promise.all(
      ['lost-editor', 'an-editor'].map(async (name) => connect(await call('endpoint.mint', { slug: 'cluster', name }))),
    );
    if (!lost || !kept) throw new Error('two clients were connected');
    const told = new Promise((resolve) => {
      lost.onerror = resolve;
    });
    expect(await call('endpoint.revoke', { name: 'lost-editor' })).toEqual({ revoked: 1 });
    await told;
    await expect(lost.listTools()).rejects.toThrow();
    expect((await kept.listTools()).tools).not.toHaveLength(0);
  });
});

describe('the port of the endpoints', () => {
  it('moves while Berth runs, and everything of Berth goes along', async () => {
    const [before, after] = [await freePort(), await freePort()];
    const { core, call } = await start({ demo: true, settings: `port: ${before}\n` });
    await call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', context: 'demo-staging' });
    await call('servers.start', { slugs: ['cluster'] });
    expect(await call('servers.tools', { slug: 'cluster' })).not.toHaveLength(0);
    const moved = new Promise<void>((resolve) => {
      core.status.onDidChange(({ endpoint }) => endpoint?.endsWith(`:${after}`) && resolve());
    });
    await call('settings.update', { port: after });
    await moved;
    expect(await call('servers.tools', { slug: 'cluster' })).not.toHaveLength(0);
    expect(await call('servers.get', { slug: 'cluster' })).toMatchObject({
      endpoint: { http: `http://127.0.0.1:${after}/cluster/mcp` },
    });
  });
});

describe('settings edited by hand', () => {
  it('switch the demo clusters on and off', async () => {
    const { core, env } = await start({ settings: '{}\n' });
    const { writeFile } = await import('node:fs/promises');
    const until = (demo: boolean) =>
      new Promise<void>((resolve) => {
        const look = () => core.status.current().demo === demo && resolve();
        core.status.onDidChange(look);
        look();
      });
    await writeFile(join(env['BERTH_HOME'] ?? '', 'config.yaml'), 'demo: true\n');
    await until(true);
    expect(core.status.current().contexts.map(({ name }) => name)).toEqual(['demo-staging', 'demo-production']);
    await writeFile(join(env['BERTH_HOME'] ?? '', 'config.yaml'), 'demo: false\n');
    await until(false);
    expect(core.status.current().contexts).toEqual([]);
  });

  it('dock and undock servers while Berth runs', async () => {
    const { core, call, env } = await start({ demo: true });
    const { writeFile } = await import('node:fs/promises');
    const file = join(env['BERTH_HOME'] ?? '', 'config.yaml');
    const until = (state: string | undefined) =>
      new Promise<void>((resolve) => {
        const look = () => core.status.current().servers[0]?.state === state && resolve();
        core.status.onDidChange(look);
        look();
      });
    await writeFile(
      file,
      'servers:\n  mine:\n    preset: kubernetes-mcp-server\n    context: demo-staging\n    run: true\n',
    );
    await until('ready');
    await writeFile(file, '# all gone\n');
    await until(undefined);
    expect(await call('servers.list', undefined)).toEqual([]);
  });
});

describe('a configuration folder that lives elsewhere', () => {
  it('is reached through its link, and its settings hold', async () => {
    const home = await mkdtemp(join(tmpdir(), 'berth-dotfiles-'));
    await mkdir(join(home, 'dotfiles'));
    await writeFile(join(home, 'dotfiles', 'config.yaml'), 'theme: dark\n');
    await symlink(join(home, 'dotfiles'), join(home, 'berth'));
    const { call } = await start({ home });
    expect((await call('settings.get', undefined)).settings.theme).toBe('dark');
    await call('settings.update', { theme: 'light' });
    expect(await readFile(join(home, 'dotfiles', 'config.yaml'), 'utf8')).toContain('theme: light');
    for (const sandbox of opened.splice(0)) await sandbox.dispose();
    await rm(home, { recursive: true });
  });
});
