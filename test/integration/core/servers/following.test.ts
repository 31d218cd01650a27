import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-following-'));
  await writeFile(join(home, 'kubeconfig'), kubeconfigText('a', 'b'));
  sandbox = await coreInSandbox({ home, demo: true, env: { KUBECONFIG: join(home, 'kubeconfig') } });
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

async function dock(slug: string, context: string): Promise<void> {
  const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
  await call('servers.add', { preset: 'command', slug, context, options });
  await call('servers.start', { slugs: [slug] });
}

const settingsFile = () => join(sandbox.env['BERTH_HOME'] ?? '', 'config.yaml');

async function edit(from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(settingsFile(), 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  await writeFile(settingsFile(), after);
}

test('an active context that is edited by hand takes the running servers along', async () => {
  await call('contexts.use', { context: 'demo-staging' });
  await dock('one', 'active');
  expect(await serverWhere('one', () => true)).toMatchObject({ state: 'ready', context: 'demo-staging' });
  await edit('activeContext: demo-staging', 'activeContext: demo-production');
  const moved = await serverWhere('one', ({ state, context }) => state === 'ready' && context === 'demo-production');
  expect(moved.error).toBeNull();
});

test("a context's cap that is moved moves the running server's own switch too", async () => {
  await call('servers.add', {
    preset: 'kubernetes-mcp-server',
    slug: 'cluster',
    context: 'demo-production',
    guard: 'full',
  });
  await call('servers.start', { slugs: ['cluster'] });
  const names = async () => (await call('servers.tools', { slug: 'cluster' })).map((tool) => tool.name);
  expect(await names()).not.toContain('pods_delete');
  const before = await serverWhere('cluster', () => true);
  await call('contexts.set', { context: 'demo-production', changes: { production: false } });
  const open = await serverWhere(
    'cluster',
    ({ tools, pid }) => pid !== before.pid && tools !== null && tools > (before.tools ?? 0),
  );
  expect(open).toMatchObject({ state: 'ready', effectiveGuard: 'full' });
  expect(await names()).toContain('pods_delete');
});

test('a change with which a running server does not come up is taken back', async () => {
  await dock('one', 'none');
  const before = await serverWhere('one', () => true);
  const change = { slug: 'one', options: { command: '/does/not/exist' }, guard: 'full' as const };
  await expect(call('servers.update', change)).rejects.toMatchObject({
    code: 'command-missing',
    message: expect.stringContaining('one stays as it was'),
  });
  const { state, pid, options, guard } = before;
  expect(await serverWhere('one', () => true)).toMatchObject({ state, pid, options, guard });
  expect(await readFile(settingsFile(), 'utf8')).not.toContain('/does/not/exist');
});

test('a binding that is edited to what is not there takes the server off its former cluster', async () => {
  await dock('one', 'a');
  await edit(/context: a\b/, 'context: nowhere');
  const failed = await serverWhere('one', ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ pid: null, boundTo: 'nowhere', context: null, error: { code: 'not-found' } });
});

test('variables that the settings give to servers come with the next start, which is said until then', async () => {
  await dock('one', 'a');
  const before = await serverWhere('one', ({ state }) => state === 'ready' || state === 'degraded');
  const outdated = expect.stringContaining('restart it to apply them');
  expect(before.warnings).not.toContainEqual(outdated);
  await edit(/$/, '\nenv:\n  SOAP: green\n');
  const warned = await serverWhere('one', ({ warnings }) => warnings.length > before.warnings.length);
  expect(warned.warnings).toContainEqual(outdated);
  const [again] = await call('servers.restart', { slugs: ['one'] });
  expect(again?.warnings).toEqual(before.warnings);
  expect(JSON.stringify(await call('servers.call', { slug: 'one', tool: 'whoami' }))).toContain('SOAP');
});
