import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GuardLevel } from '../../../../contract/model/guard.ts';
import type { OptionValue, Transport } from '../../../../contract/model/server.ts';
import type { LaunchPlan, PlannedProcess } from '../../../../main/core/presets/launch-plan.ts';
import { planLaunch } from '../../../../main/core/presets/plan-launch.ts';
import { PresetCatalog } from '../../../../main/core/presets/preset-catalog.ts';
import { freePort } from '../../../e2e/support/free-port.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const run = promisify(execFile);

let folder: string;
let kubeconfig: string;
let catalog: PresetCatalog;

/** A cluster that refuses connections: both servers start without one. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-real-'));
  kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'lab',
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'me' } }],
      clusters: [{ name: 'lab', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'me', user: { token: 'CLUSTER-TOKEN' } }],
    }),
  );
  catalog = await PresetCatalog.open({
    bundledFolder: at('assets/presets'),
    userFolder: join(folder, 'none'),
    environment: async () => ({ PATH: process.env['PATH'] ?? '', HOME: folder }),
    nodeModules: [at('node_modules')],
    node: { path: process.execPath, electron: false },
  });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function plan(
  id: string,
  { transport, guard = 'read-only', options = {} }: PlanOptions = {},
): Promise<LaunchPlan & { process: PlannedProcess }> {
  const launch = planLaunch({
    preset: catalog.get(id),
    slug: 'web',
    server: { preset: id, context: 'lab', guard, run: true, options, ...(transport ? { transport } : {}) },
    guard,
    detected: await catalog.detect(id, options),
    kubeconfig,
    port: transport === undefined || transport === 'stdio' ? null : await freePort(),
    folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    secrets: {},
    childToken: 'child-token-of-this-start',
  });
  if (!launch.process) throw new Error('nothing to start');
  await mkdir(launch.process.cwd, { recursive: true });
  for (const file of launch.process.files) await writeFile(file.path, file.content, { mode: 0o600 });
  return { ...launch, process: launch.process };
}

interface PlanOptions {
  transport?: Transport;
  guard?: GuardLevel;
  options?: Record<string, OptionValue>;
}

async function toolsOverStdio(launch: { process: PlannedProcess }): Promise<string[]> {
  const client = new Client({ name: 'berth-test', version: '1' });
  const { command, args, env, cwd } = launch.process;
  await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...env }, cwd, stderr: 'ignore' }));
  try {
    return (await client.listTools()).tools.map((tool) => tool.name).sort();
  } finally {
    await client.close();
  }
}

test('both npm servers are found in the app, with their versions, and never by their wrappers', async () => {
  const presets = await catalog.list();
  const found = Object.fromEntries(presets.map((preset) => [preset.id, preset.found]));
  expect(found['kubernetes-mcp-server']?.path).toMatch(
    /kubernetes-mcp-server-\w+-\w+[\\/]bin[\\/]kubernetes-mcp-server-/,
  );
  expect(found['kubernetes-mcp-server']?.version).toBe('0.0.67');
  expect(found['mcp-server-kubernetes']).toEqual({
    path: at('node_modules/mcp-server-kubernetes/dist/index.js'),
    version: '4.1.7',
  });
  expect(found['command']).toEqual({ path: '', version: null });
  expect(presets.find((preset) => preset.id === 'mkp')?.install).toContain('go install');
});

test('kubernetes-mcp-server knows every flag that the preset can give it', async () => {
  const everything = {
    toolsets: 'core,helm',
    'disable-destructive': true,
    'list-output': 'yaml',
    stateless: true,
    'config-dir': '/x',
    'tls-cert': '/x/cert.pem',
    'tls-key': '/x/key.pem',
    'require-tls': true,
    'metrics-port': 9090,
  };
  const { process: child } = await plan('kubernetes-mcp-server', { transport: 'http', options: everything });
  const stdio = await plan('kubernetes-mcp-server', { options: everything });
  const { stdout } = await run(child.command, ['--help']);
  const flags = [...child.args, ...stdio.process.args].filter((arg) => arg.startsWith('--'));
  expect(flags.length).toBeGreaterThan(12);
  for (const flag of flags) expect(stdout).toMatch(new RegExp(`^ +${flag}\\b`, 'm'));
});

test('kubernetes-mcp-server starts over stdio: read-only tools, and no way to the token at any guard', async () => {
  const readOnly = await toolsOverStdio(await plan('kubernetes-mcp-server'));
  expect(readOnly).toContain('pods_list');
  expect(readOnly).not.toContain('pods_delete');
  expect(readOnly).not.toContain('configuration_view');
  const full = await toolsOverStdio(await plan('kubernetes-mcp-server', { guard: 'full' }));
  expect(full).toContain('pods_delete');
  expect(full).not.toContain('configuration_view');
});

test('kubernetes-mcp-server starts over HTTP and its probe answers', async () => {
  const launch = await plan('kubernetes-mcp-server', { transport: 'http' });
  await whileRunning(launch, async (answersAt) => {
    const probe = new URL(launch.probe?.path ?? '/', launch.url ?? '').href;
    expect((await answersAt(probe)).status).toBe(200);
  });
});

test('mcp-server-kubernetes starts over stdio with its eight read-only tools', async () => {
  expect(await toolsOverStdio(await plan('mcp-server-kubernetes'))).toEqual([
    'explain_resource',
    'kubectl_context',
    'kubectl_describe',
    'kubectl_get',
    'kubectl_logs',
    'kubectl_reconnect',
    'list_api_resources',
    'ping',
  ]);
  expect(await toolsOverStdio(await plan('mcp-server-kubernetes', { guard: 'full' }))).toContain('kubectl_delete');
});

test('mcp-server-kubernetes over HTTP answers only to who has the token of this start', async () => {
  const launch = await plan('mcp-server-kubernetes', { transport: 'http' });
  expect(launch.secrets).toEqual(['child-token-of-this-start']);
  await whileRunning(launch, async (answersAt) => {
    expect((await answersAt(new URL(launch.probe?.path ?? '/', launch.url ?? '').href)).status).toBe(200);
    const ask = (headers: Record<string, string>) =>
      fetch(launch.url ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
    expect((await ask({})).status).toBe(401);
    const answer = await ask(launch.headers);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('kubectl_get');
  });
});

test.each(['kubernetes-mcp-server', 'mcp-server-kubernetes'])(
  '%s: a kubeconfig that is gone is recognised',
  async (id) => {
    const launch = await plan(id);
    await rm(kubeconfig);
    expect(firstFailure(launch, await failureOf(launch.process))).toMatchObject({
      code: 'invalid-config',
      permanent: true,
    });
  },
);

test.each(['kubernetes-mcp-server', 'mcp-server-kubernetes'])('%s: a port that is taken is recognised', async (id) => {
  const launch = await plan(id, { transport: 'http' });
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(Number(new URL(launch.url ?? '').port), '127.0.0.1', resolve));
  try {
    const failure = firstFailure(launch, await failureOf(launch.process));
    expect(failure).toMatchObject({ code: 'port-in-use', permanent: false });
  } finally {
    await new Promise<void>((resolve) => holder.close(() => resolve()));
  }
});

/** The pattern that explains what a program wrote before it ended: patterns in their order, each tried on every line. */
function firstFailure(launch: LaunchPlan, stderr: string): LaunchPlan['failures'][number] | undefined {
  const lines = stderr.split('\n');
  return launch.failures.find(({ pattern }) => lines.some((line) => new RegExp(pattern, 'i').test(line)));
}

/** Runs a program that must fail; what it wrote to stderr. */
async function failureOf(child: PlannedProcess): Promise<string> {
  const failure = await run(child.command, [...child.args], {
    env: { ...child.env },
    cwd: child.cwd,
    timeout: 30_000,
  }).then(
    () => {
      throw new Error('it did not fail');
    },
    (error: { stderr?: string; code?: unknown }) => error,
  );
  expect(failure.code).not.toBeNull();
  return failure.stderr ?? '';
}

/** Runs a program as long as `use` runs; `answersAt` asks a URL again until the program listens. */
async function whileRunning(
  launch: { process: PlannedProcess },
  use: (answersAt: (url: string) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const { command, args, env, cwd } = launch.process;
  const child = execFile(command, [...args], { env: { ...env }, cwd });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answersAt = async (url: string): Promise<Response> => {
    for (;;) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      if (answer) return answer;
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  try {
    await use(answersAt);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
