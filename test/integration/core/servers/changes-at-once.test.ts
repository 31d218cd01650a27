import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { kubeconfigText } from '../../../fixtures/kubeconfig-text.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));
const signal = new AbortController().signal;

let sandbox: SandboxedCore;
let kubeconfig: string;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-changes-'));
  kubeconfig = join(home, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigText('a', 'b'));
  sandbox = await coreInSandbox({ home, env: { KUBECONFIG: kubeconfig } });
});

afterEach(async () => {
  await sandbox.dispose();
  await rm(sandbox.home, { recursive: true });
});

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
}

/** Resolves when the status says so. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const subscription = sandbox.core.status.onDidChange(look);
    function look() {
      if (!condition()) return;
      subscription.dispose();
      resolve();
    }
    look();
  });
}

const server = (slug: string): Server | undefined =>
  sandbox.core.status.current().servers.find((one) => one.slug === slug);

/** Docks a server that becomes ready once `open(gate)` was called. */
async function dockGated(slug: string, gate: string, context = 'active'): Promise<void> {
  const args = JSON.stringify([fixture('waits-for-file.mjs'), join(sandbox.home, gate)]);
  await call('servers.add', { preset: 'command', slug, context, options: { command: process.execPath, args } });
}

const open = (gate: string) => writeFile(join(sandbox.home, gate), '');
const close = (gate: string) => rm(join(sandbox.home, gate));

/** The context that the server's own kubeconfig names, as the server sees it. */
async function clusterOf(slug: string): Promise<unknown> {
  const { structuredContent } = await call('servers.call', { slug, tool: 'whoami' });
  return (structuredContent as { currentContext?: unknown }).currentContext;
}

/** Every process that was started for this sandbox and still runs. */
async function children(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(sandbox.home) && command.includes('waits-for-file')).length;
}

const config = () => readFile(join(sandbox.env['BERTH_HOME'] ?? '', 'config.yaml'), 'utf8');

describe('a server that never ran', () => {
  it('can be stopped, alone and with all others', async () => {
    await dockGated('idle', 'gate');
    expect(await call('servers.stop', { slugs: ['idle'] })).toMatchObject([{ slug: 'idle', state: 'stopped' }]);
    expect(await call('servers.stop', { all: true })).toMatchObject([{ slug: 'idle', state: 'stopped' }]);
  });

  it('may be called like something that every object has', async () => {
    await dockGated('constructor', 'gate');
    await expect(dockGated('constructor', 'gate')).rejects.toMatchObject({ code: 'already-exists' });
    await call('servers.remove', { slug: 'constructor' });
    await expect(call('servers.get', { slug: 'constructor' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('changes of one server at the same time', () => {
  it('are all kept', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    await Promise.all([
      call('servers.start', { slugs: ['one'] }),
      call('servers.update', { slug: 'one', guard: 'full' }),
      call('servers.update', { slug: 'one', namespace: 'shop' }),
    ]);
    expect(server('one')).toMatchObject({ guard: 'full', namespace: 'shop', desired: 'running' });
    const text = await config();
    expect(text).toContain('guard: full');
    expect(text).toContain('namespace: shop');
    expect(text).toContain('run: true');
  });

  it('leave nothing of one that is removed while it starts', async () => {
    await dockGated('one', 'gate');
    const starting = call('servers.start', { slugs: ['one'] });
    starting.catch(() => {});
    await until(() => server('one')?.pid !== null && server('one') !== undefined);
    await call('servers.remove', { slug: 'one' });
    await expect(starting).rejects.toMatchObject({ code: 'not-found' });
    expect(await children()).toBe(0);
    expect(await config()).not.toContain('one:');
    expect(await call('servers.list', undefined)).toEqual([]);
    await expect(call('servers.start', { slugs: ['one'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('do not bring one back that is removed at the same moment', async () => {
    await dockGated('one', 'gate');
    await Promise.allSettled([
      call('servers.remove', { slug: 'one' }),
      call('servers.start', { slugs: ['one'] }),
      call('servers.update', { slug: 'one', guard: 'full' }),
      call('servers.stop', { slugs: ['one'] }),
    ]);
    expect(await call('servers.list', undefined)).toEqual([]);
    expect(await config()).not.toContain('one:');
    expect(await children()).toBe(0);
  });

  it('end a wait for a server that somebody else stops', async () => {
    await dockGated('one', 'gate');
    const starting = call('servers.start', { slugs: ['one'] });
    await until(() => server('one')?.pid !== null);
    await call('servers.stop', { slugs: ['one'] });
    expect(await starting).toMatchObject([{ state: 'stopped', desired: 'stopped' }]);
    expect(await children()).toBe(0);
  });

  it('end as the last one says, however many there are', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    const storm: Promise<unknown>[] = [];
    for (let round = 0; round < 8; round += 1) {
      storm.push(call('servers.start', { slugs: ['one'], waitMs: 0 }));
      storm.push(call('servers.stop', { slugs: ['one'] }));
      storm.push(call('servers.restart', { slugs: ['one'], waitMs: 0 }));
    }
    await Promise.all(storm);
    expect(await call('servers.stop', { slugs: ['one'] })).toMatchObject([{ state: 'stopped' }]);
    expect(await children()).toBe(0);
    const [started] = await call('servers.start', { slugs: ['one'] });
    expect(started).toMatchObject({ state: expect.stringMatching(/ready|degraded/), desired: 'running' });
    expect(await children()).toBe(1);
  });

  it('reach one that is still starting', async () => {
    await dockGated('one', 'gate', 'a');
    const starting = call('servers.start', { slugs: ['one'] });
    await until(() => server('one')?.pid !== null);
    await call('servers.update', { slug: 'one', context: 'b' });
    await open('gate');
    expect(await starting).toMatchObject([{ boundTo: 'b', context: 'b' }]);
    expect(await clusterOf('one')).toBe('b');
    expect(await children()).toBe(1);
  });
});

describe('a switch of the context', () => {
  it('takes along a server that becomes ready on the old one meanwhile', async () => {
    await dockGated('slow', 'slow-gate');
    await dockGated('quick', 'quick-gate');
    await open('quick-gate');
    await call('servers.start', { slugs: ['quick'] });
    await close('quick-gate');
    const starting = call('servers.start', { slugs: ['slow'] });
    await until(() => server('slow')?.pid !== null);
    // The switch waits for the second process of "quick".
    const switching = call('contexts.use', { context: 'b' });
    await open('slow-gate');
    expect(await starting).toMatchObject([{ context: 'a' }]);
    await open('quick-gate');
    await switching;
    await until(() => ['slow', 'quick'].every((slug) => server(slug)?.context === 'b'));
    expect(await clusterOf('slow')).toBe('b');
    expect(await clusterOf('quick')).toBe('b');
  });

  it('is not undone by a change that was prepared before it', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    await call('servers.start', { slugs: ['one'] });
    await close('gate');
    const updating = call('servers.update', { slug: 'one', namespace: 'shop' });
    const switching = call('contexts.use', { context: 'b' });
    await open('gate');
    await Promise.all([updating, switching]);
    expect(await clusterOf('one')).toBe('b');
    expect(server('one')).toMatchObject({ context: 'b', namespace: 'shop' });
  });

  it('is not held up by a server that is stopped meanwhile', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    await call('servers.start', { slugs: ['one'] });
    await close('gate');
    const switching = call('contexts.use', { context: 'b' });
    await until(() => sandbox.core.status.current().switchingTo === 'b');
    await call('servers.stop', { slugs: ['one'] });
    expect(await switching).toMatchObject({ ref: 'b', active: true });
    expect(await children()).toBe(0);
  });

  it('that cannot be written down changes nothing and leaves no process behind', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    await call('servers.start', { slugs: ['one'] });
    const before = server('one');
    await writeFile(join(sandbox.env['BERTH_HOME'] ?? '', 'config.yaml'), 'servers: [\n');
    await expect(call('contexts.use', { context: 'b' })).rejects.toMatchObject({ code: 'invalid-config' });
    expect(await children()).toBe(1);
    expect(server('one')).toMatchObject({ pid: before?.pid, context: 'a' });
    expect(await clusterOf('one')).toBe('a');
  });

  it('is done one after another when several are asked for at once', async () => {
    await dockGated('one', 'gate');
    await open('gate');
    await call('servers.start', { slugs: ['one'] });
    const wanted = ['b', 'a', 'b', 'a', 'b'];
    await Promise.all(wanted.map((context) => call('contexts.use', { context })));
    expect(sandbox.core.status.current().activeContext).toBe('b');
    expect(await clusterOf('one')).toBe('b');
    await until(() => server('one')?.context === 'b');
  });
});

describe('a settings file that is edited by hand', () => {
  it('is followed for every server, also when one cannot follow', async () => {
    await dockGated('bad', 'gate', 'a');
    await dockGated('good', 'gate', 'a');
    await open('gate');
    await call('servers.start', { all: true });
    const file = join(sandbox.env['BERTH_HOME'] ?? '', 'config.yaml');
    const text = await config();
    const [head = '', tail = ''] = text.split('good:');
    await writeFile(
      file,
      `${head.replace('context: a', 'context: gone')}good:${tail.replace('context: a', 'context: b')}`,
    );
    await until(() => server('good')?.context === 'b');
    const lines = await call('logs.query', { slug: 'bad', level: 'error' });
    expect(lines.map((line) => line.text).join('\n')).toContain('There is no context "gone".');
  });
});

describe('a context that disappears', () => {
  it('is no reason not to renew the kubeconfigs of other servers', async () => {
    await dockGated('first', 'gate', 'a');
    await dockGated('second', 'gate', 'b');
    await open('gate');
    await call('servers.start', { all: true });
    const renewed = kubeconfigText('elsewhere', 'b').replaceAll('token-of-user-1', 'a-renewed-token');
    await writeFile(kubeconfig, renewed);
    const folder = join(sandbox.env['BERTH_HOME'] ?? '', 'run', 'servers');
    const written = async () => {
      const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml'));
      return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    };
    await expect.poll(async () => (await written()).join('\n'), { timeout: 10_000 }).toContain('a-renewed-token');
    // That of the server whose context has gone is taken away with its process.
    await expect.poll(written, { timeout: 20_000 }).toEqual([expect.stringContaining('a-renewed-token')]);
    await call('servers.stop', { all: true });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a server that is removed', () => {
  it('takes its tokens along: whoever docks another under its name lets nobody in', async () => {
    await dockGated('one', 'gate', 'none');
    const { url, headers } = await call('endpoint.mint', { slug: 'one', name: 'somebody' });
    await call('servers.remove', { slug: 'one' });
    await dockGated('one', 'gate', 'none');
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const asked = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    });
    expect(asked.status).toBe(401);
    expect(await call('endpoint.tokens', undefined)).toEqual([]);
  });
});
