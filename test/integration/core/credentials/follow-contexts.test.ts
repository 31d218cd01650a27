import { appendFile, chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { Context } from '../../../../contract/model/context.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';

const goodServer = fileURLToPath(new URL('../../../fixtures/servers/good-stdio.mjs', import.meta.url));
const signal = new AbortController().signal;
/** The commands that a plugin has when it is run in a sandbox with nothing else. */
const path = process.env['PATH'] ?? '';

let sandbox: SandboxedCore;
let kubeconfig: string;
let cluster: object;
let token: string;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-credentials-'));
  kubeconfig = join(home, 'kubeconfig');
  sandbox = await coreInSandbox({ home, demo: true, env: { KUBECONFIG: kubeconfig, PATH: `${home}:${path}` } });
  // A real, small API server that takes this token and no other.
  const folder = join(sandbox.core.paths.runtime, 'demo');
  const file = (await readdir(folder)).find((name) => name.startsWith('berth-kubeconfig-')) ?? 'kubeconfig';
  const demo = parse(await readFile(join(folder, file), 'utf8'));
  cluster = demo.clusters[0].cluster;
  token = demo.users[0].user.token;
});

afterEach(async () => {
  await sandbox.dispose();
  await rm(sandbox.home, { recursive: true });
});

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
}

/** What `pick` finds in the status, as soon as it finds something. */
function inStatus<T>(pick: (status: { servers: Server[]; contexts: Context[] }) => T | undefined): Promise<T> {
  const reader = new AbortController();
  return new Promise((resolve) => {
    void sandbox.core.status.stream(() => {
      const found = pick(sandbox.core.status.current());
      if (found === undefined) return;
      reader.abort();
      resolve(found);
    }, reader.signal);
  });
}

function serverWhere(slug: string, fits: (server: Server) => boolean): Promise<Server> {
  return inStatus(({ servers }) => servers.find((server) => server.slug === slug && fits(server)));
}

function contextWhere(ref: string, fits: (context: Context) => boolean): Promise<Context> {
  return inStatus(({ contexts }) => contexts.find((context) => context.ref === ref && fits(context)));
}

async function logIn(user: object): Promise<void> {
  const config = {
    'current-context': 'mine',
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'mine', context: { cluster: 'k', user: 'u' } }],
  };
  await writeFile(`${kubeconfig}.new`, JSON.stringify(config));
  await rename(`${kubeconfig}.new`, kubeconfig);
  await contextWhere('mine', () => true);
}

async function dock(slug: string, preset: 'command' | 'kubernetes-mcp-server'): Promise<Server> {
  const options = preset === 'command' ? { command: process.execPath, args: JSON.stringify([goodServer]) } : {};
  await call('servers.add', { preset, slug, context: 'mine', options });
  await call('servers.start', { slugs: [slug] });
  return serverWhere(slug, ({ state }) => state === 'ready' || state === 'degraded');
}

/** The kubeconfig that a server was given, as text. */
async function privateKubeconfig(slug: string): Promise<string> {
  const folder = sandbox.core.paths.runtime;
  const names = await readdir(folder, { recursive: true });
  const ours = names.filter((name) => name.includes(`${slug}-`) && /berth-kubeconfig-[0-9a-f]+\.yaml$/.test(name));
  // That of a process which has just been replaced goes at any moment.
  const texts = ours.map((name) => readFile(join(folder, name), 'utf8').catch(() => ''));
  return (await Promise.all(texts)).join('\n');
}

describe('a credential that a login tool writes anew', () => {
  test('reaches running servers: in place where they read it again, with a new process where they do not', async () => {
    await logIn({ token: 'an-old-token' });
    const rereads = await dock('rereads', 'kubernetes-mcp-server');
    const reads = await dock('reads', 'command');
    await contextWhere('mine', ({ error }) => error?.code === 'auth-failed');

    await logIn({ token });
    const anew = await serverWhere('reads', ({ pid, state }) => pid !== reads.pid && state === 'ready');
    expect(anew).toMatchObject({ restarts: 0, error: null });
    const same = await serverWhere('rereads', ({ state }) => state === 'ready');
    expect(same.pid).toBe(rereads.pid);
    for (const slug of ['rereads', 'reads']) expect(await privateKubeconfig(slug)).toContain(token);
  });

  test('without a failed call, as far as the server itself goes', async () => {
    await logIn({ token: 'an-old-token' });
    const before = await dock('reads', 'command');
    let over = false;
    const calling = (async () => {
      const answers = new Set<string>();
      // A call that fails ends the test.
      while (!over)
        answers.add(JSON.stringify(await call('servers.call', { slug: 'reads', tool: 'echo', args: { text: 'x' } })));
      return answers;
    })();
    await logIn({ token });
    await serverWhere('reads', ({ pid, state }) => pid !== before.pid && state === 'ready');
    over = true;
    expect([...(await calling)]).toHaveLength(1);
  });

  test('also when it stands in a file of its own', async () => {
    const file = join(sandbox.home, 'token');
    await writeFile(file, 'an-old-token');
    await logIn({ tokenFile: file });
    const before = await dock('reads', 'command');
    await writeFile(`${file}.new`, token);
    await rename(`${file}.new`, file);
    const after = await serverWhere('reads', ({ pid, state }) => pid !== before.pid && state === 'ready');
    expect(after.restarts).toBe(0);
    expect(await privateKubeconfig('reads')).toContain(token);
  });
});

describe('a login plugin', () => {
  const runs = () => join(sandbox.home, 'runs');
  const answer = () => join(sandbox.home, 'answer');
  const counted = async () => (await readFile(runs(), 'utf8').catch(() => '')).length;

  async function plugin(script: string): Promise<void> {
    const file = join(sandbox.home, 'my-login');
    await appendFile(file, `#!/bin/sh\nprintf x >> '${runs()}'\n${script}\n`);
    await chmod(file, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'my-login', interactiveMode: 'IfAvailable' };
    await logIn({ exec });
  }

  test('is not run by listing, and one that hangs blocks nothing', async () => {
    await plugin('exec sleep 1000');
    await call('contexts.list', undefined);
    await call('app.status', undefined);
    expect(await counted()).toBe(0);
    const server = await dock('reads', 'command');
    expect(server.state).toBe('ready');
    const began = performance.now();
    await call('contexts.list', undefined);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('that needs the user says what to run, and is asked again when the user says so', async () => {
    await plugin(`cat '${answer()}' || { echo 'Your session has ended' >&2; exit 1; }`);
    await dock('reads', 'command');
    const needed = await contextWhere('mine', ({ error }) => error !== null);
    expect(needed.error).toMatchObject({
      code: 'auth-failed',
      message: expect.stringContaining('Your session has ended'),
      hint: 'Login needed: run `kubectl --context mine get namespaces` in a terminal.',
      details: { run: 'kubectl --context mine get namespaces' },
    });
    const status = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    await writeFile(answer(), JSON.stringify(status));
    expect(await call('contexts.probe', { context: 'mine' })).toMatchObject({ reachable: true, error: null });
    expect(await serverWhere('reads', ({ state }) => state === 'ready')).toMatchObject({ error: null });
  });

  test('is run again by itself before what it gave ends, as long as a server works with it', async () => {
    // Whole seconds, as plugins write them; a life of five is renewed in its last one.
    await plugin(
      `end=$(( $(date +%s) + 5 ))
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${token}","expirationTimestamp":"%s"}}' "$(date -u -d @$end +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r $end +%Y-%m-%dT%H:%M:%SZ)"`,
    );
    await dock('reads', 'command');
    const first = await contextWhere('mine', ({ expiry }) => expiry !== null);
    expect(first).toMatchObject({ expiry: { kind: 'exec', renewable: true, state: 'ok' } });
    const renewed = await contextWhere('mine', ({ expiry }) => expiry !== null && expiry.at !== first.expiry?.at);
    expect(renewed).toMatchObject({ expiry: { state: 'ok' }, error: null });
    expect(await counted()).toBe(2);
  });
});
