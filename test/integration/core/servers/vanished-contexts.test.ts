import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { kubeconfigText } from '../../../fixtures/kubeconfig-text.ts';

const goodServer = fileURLToPath(new URL('../../../fixtures/servers/good-stdio.mjs', import.meta.url));
const signal = new AbortController().signal;

let sandbox: SandboxedCore;
let kubeconfig: string;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-vanished-'));
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

/** The server as soon as the status says so. */
function serverWhere(slug: string, fits: (server: Server) => boolean): Promise<Server> {
  const reader = new AbortController();
  return new Promise((resolve) => {
    void sandbox.core.status.stream(() => {
      const server = sandbox.core.status.current().servers.find((one) => one.slug === slug);
      if (!server || !fits(server)) return;
      reader.abort();
      resolve(server);
    }, reader.signal);
  });
}

/** Resolves when the status knows exactly these contexts. */
function contextsAre(...refs: string[]): Promise<void> {
  const reader = new AbortController();
  return new Promise((resolve) => {
    void sandbox.core.status.stream(() => {
      const known = sandbox.core.status.current().contexts.map(({ ref }) => ref);
      if (known.join() !== refs.join()) return;
      reader.abort();
      resolve();
    }, reader.signal);
  });
}

const isUp = ({ state }: Server) => state === 'ready' || state === 'degraded';
const isGone = ({ state }: Server) => state === 'failed';

async function dock(slug: string, context: string): Promise<Server> {
  const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
  await call('servers.add', { preset: 'command', slug, context, options });
  await call('servers.start', { slugs: [slug] });
  return serverWhere(slug, isUp);
}

/** As tools do it that write atomically. */
async function replaceKubeconfig(text: string, path = kubeconfig): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** Kubeconfigs that Berth has written for its servers. */
async function privateKubeconfigs(): Promise<string[]> {
  const files = await readdir(sandbox.core.paths.runtime, { recursive: true });
  return files.filter((file) => /berth-kubeconfig-/.test(file));
}

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a server whose context is deleted fails, says which and from where, and comes back with it', async () => {
  const before = await dock('one', 'a');
  const other = await dock('two', 'b');
  expect(await privateKubeconfigs()).toHaveLength(2);
  await replaceKubeconfig(kubeconfigText('x', 'b'));

  const failed = await serverWhere('one', isGone);
  expect(failed).toMatchObject({ desired: 'running', pid: null, context: null, boundTo: 'a' });
  expect(failed.error).toMatchObject({ code: 'context-gone', details: { name: 'a', source: kubeconfig } });
  expect(failed.error?.message).toMatch(/context "a" from .*kubeconfig is not there since \d{4}-\d\d-\d\d/);
  expect(isAlive(before.pid)).toBe(false);
  expect(await privateKubeconfigs()).toHaveLength(1);
  await expect(call('servers.call', { slug: 'one', tool: 'echo', args: { text: 'x' } })).rejects.toMatchObject({
    message: expect.stringContaining('context "a"'),
  });
  expect(await serverWhere('two', () => true)).toMatchObject({ state: other.state, pid: other.pid });

  await replaceKubeconfig(kubeconfigText('a', 'b'));
  expect(await serverWhere('one', isUp)).toMatchObject({ context: 'a', restarts: 0 });
});

test('a server that was stopped meanwhile stays stopped when its context returns', async () => {
  await dock('one', 'a');
  await replaceKubeconfig(kubeconfigText('b'));
  await serverWhere('one', isGone);
  await call('servers.stop', { slugs: ['one'] });
  await replaceKubeconfig(kubeconfigText('a', 'b'));
  await contextsAre('a', 'b');
  await dock('two', 'a');
  expect(await serverWhere('one', () => true)).toMatchObject({ state: 'stopped', pid: null });
});

test('servers of the active context end when it is gone, and do not move to another', async () => {
  await call('contexts.use', { context: 'b' });
  await dock('one', 'active');
  await replaceKubeconfig(kubeconfigText('a'));
  const failed = await serverWhere('one', isGone);
  expect(failed.error).toMatchObject({ code: 'context-gone', details: { name: 'b' } });
  expect(sandbox.core.status.current().activeContext).toBe('b');
  await call('contexts.use', { context: 'a' });
  expect(await serverWhere('one', isUp)).toMatchObject({ context: 'a' });
});

test("a server that relies on kubectl's current context does not follow when that context is deleted", async () => {
  await dock('one', 'active');
  expect(await serverWhere('one', isUp)).toMatchObject({ context: 'a' });
  await replaceKubeconfig(kubeconfigText('b'));
  expect((await serverWhere('one', isGone)).error).toMatchObject({ code: 'context-gone', details: { name: 'a' } });
  await replaceKubeconfig(kubeconfigText('a', 'b'));
  expect(await serverWhere('one', isUp)).toMatchObject({ context: 'a' });
});

test('a kubeconfig that is away for a moment while it is replaced stops nothing', async () => {
  const { pid } = await dock('one', 'a');
  const states: string[] = [];
  const reader = new AbortController();
  void sandbox.core.status.stream(
    () => states.push(sandbox.core.status.current().servers[0]?.state ?? ''),
    reader.signal,
  );
  const text = await readFile(kubeconfig, 'utf8');
  await rm(kubeconfig);
  await contextsAre();
  await writeFile(kubeconfig, text);
  await contextsAre('a', 'b');
  // Longer than the grace: told by a server that starts and whose context goes for good meanwhile.
  await dock('two', 'b');
  await replaceKubeconfig(kubeconfigText('a'));
  await serverWhere('two', isGone);
  reader.abort();
  expect(states).not.toContain('failed');
  expect(await serverWhere('one', () => true)).toMatchObject({ pid });
});

test('a namesake that appears takes no server along, and the renamed context is followed', async () => {
  const { pid } = await dock('one', 'a');
  const second = join(sandbox.home, 'second');
  await writeFile(second, kubeconfigText('a').replaceAll('127.0.0.1:1"', '127.0.0.1:2"'));
  await call('sources.add', { path: second });
  const moved = await serverWhere('one', ({ context }) => context !== 'a');
  expect(moved).toMatchObject({ context: `a@${kubeconfig}`, pid, boundTo: 'a' });
  expect(await call('servers.restart', { slugs: ['one'] })).toMatchObject([{ context: `a@${kubeconfig}` }]);

  // Now the server's own goes: the namesake leads elsewhere and does not take its place.
  await replaceKubeconfig(kubeconfigText('b'));
  const failed = await serverWhere('one', isGone);
  expect(failed.error?.message).toContain(`One of that name in ${second} leads to another cluster`);
  // Unless the user says so.
  await call('servers.update', { slug: 'one', context: 'a' });
  expect(await serverWhere('one', isUp)).toMatchObject({ context: 'a' });
});
