import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Planner } from '../../../../main/core/supervisor/server-run.ts';
import { freePort } from '../../../e2e/support/free-port.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';
import { type Bench, callTool, fixture, isAlive, openBench } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.end());

/** Plans a fresh port for each run, as Berth does. */
function onFreshPort(slug: string, script: string, args: string[], change: Parameters<Bench['plan']>[1]): Planner {
  return async () => {
    const port = await freePort();
    const path = change.transport === 'sse' ? 'sse' : 'mcp';
    const run = [fixture(script), '--port', String(port), ...args];
    return bench.planner(slug, { transport: 'http', run, url: `http://127.0.0.1:${port}/${path}`, ...change })(
      new AbortController().signal,
    );
  };
}

test.each([
  ['its port', null],
  ['its probe path', { path: '/healthz' }],
])('waits for a server that opens its port late, by %s', async (_by, probe) => {
  const { supervisor, log } = bench;
  supervisor.start('web', onFreshPort('web', 'good-http.mjs', ['--delay', '300'], { probe }));
  const backend = await supervisor.backend('web', { timeoutMs: 10_000 });
  const who = (await callTool(backend, 'whoami')) as { pid: number };
  expect(who.pid).toBe(supervisor.get('web')?.pid);
  await supervisor.stop('web');
  expect(isAlive(who.pid)).toBe(false);
  expect(log.text()).toContain('stderr: fixture: listening on');
});

test('a server of the SSE era is supervised as well', async () => {
  const { supervisor } = bench;
  supervisor.start('old', onFreshPort('old', 'good-sse.mjs', [], { transport: 'sse' }));
  const backend = await supervisor.backend('old', { timeoutMs: 10_000 });
  expect(await callTool(backend, 'add', { a: 1, b: 1 })).toEqual({ sum: 2 });
});

test('a killed HTTP server comes back on another port', async () => {
  const { supervisor } = bench;
  supervisor.start('web', onFreshPort('web', 'good-http.mjs', [], {}));
  const first = await supervisor.backend('web', { timeoutMs: 10_000 });
  process.kill(supervisor.get('web')?.pid ?? 0, 'SIGKILL');
  await new Promise<void>((resolve) => first.onClose(() => resolve()));
  const second = await supervisor.backend('web', { timeoutMs: 10_000 });
  expect(second.id).not.toBe(first.id);
  expect(await callTool(second, 'echo', { text: 'x' })).toBe('x');
});

test('a port that somebody else has is said to be taken, and that one is not taken for the server', async () => {
  const { supervisor } = bench;
  const other = await startHttpFixture('good-http.mjs');
  try {
    const port = new URL(other.url).port;
    supervisor.start(
      'web',
      bench.planner('web', {
        transport: 'http',
        run: [fixture('good-http.mjs'), '--port', port],
        url: other.url,
      }),
    );
    const server = await supervisor.waitFor('web', ['restarting'], 10_000);
    expect(server.error).toMatchObject({
      code: 'port-in-use',
      message: `Another program listens on 127.0.0.1:${port}.`,
    });
    expect(server.serverInfo).toBeNull();
  } finally {
    await other.kill();
  }
});

test('a server that ends before its port is open says why at once', async () => {
  const { supervisor } = bench;
  const failures = [
    {
      pattern: 'address already in use',
      code: 'port-in-use',
      message: 'Its port is taken.',
      hint: 'Choose another.',
      permanent: true,
    },
  ] as const;
  const port = await freePort();
  const run = [fixture('fails-with.mjs'), '1', 'Error: listen tcp 127.0.0.1:1: bind: address already in use'];
  const started = performance.now();
  supervisor.start(
    'web',
    bench.planner('web', { transport: 'http', run, url: `http://127.0.0.1:${port}/mcp`, failures }),
  );
  const server = await supervisor.waitFor('web', ['failed'], 10_000);
  expect(server.error).toMatchObject({ code: 'port-in-use', message: 'Its port is taken.', hint: 'Choose another.' });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('an upstream of somebody else is waited for, for ever, and taken up again when it is back', async () => {
  const { supervisor } = bench;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  supervisor.start('url', async () => ({
    plan: { ...bench.plan('url', { transport: 'http', url }), process: null },
    release: async () => {},
  }));
  const away = await supervisor.waitFor('url', ['restarting'], 10_000);
  expect(away).toMatchObject({ pid: null, error: { code: 'unreachable' } });
  // More tries than a program of ours would get.
  await expect.poll(() => supervisor.get('url')?.restarts, { timeout: 20_000 }).toBeGreaterThan(7);
  const first = await startHttpFixture('good-http.mjs', ['--port', String(port)]);
  const backend = await supervisor.backend('url', { timeoutMs: 10_000 });
  expect(await callTool(backend, 'echo', { text: 'x' })).toBe('x');
  await first.kill();
  const second = await startHttpFixture('good-http.mjs', ['--port', String(port)]);
  // The session died with the first one: the next message tells.
  backend.send({ jsonrpc: '2.0', id: 'test:lost', method: 'tools/list' });
  await new Promise<void>((resolve) => backend.onClose(() => resolve()));
  const again = await supervisor.backend('url', { timeoutMs: 10_000 });
  expect(again.id).not.toBe(backend.id);
  await supervisor.stop('url');
  await second.kill();
});

test('an upstream that refuses the credential is not asked again', async () => {
  const { supervisor } = bench;
  const upstream = await startHttpFixture('good-http.mjs', ['--require', 'x-api-key=right']);
  try {
    const start = (key: string) =>
      supervisor.start('url', async () => ({
        plan: {
          ...bench.plan('url', { transport: 'http', url: upstream.url, headers: { 'x-api-key': key } }),
          process: null,
        },
        release: async () => {},
      }));
    start('wrong');
    const server = await supervisor.waitFor('url', ['failed'], 10_000);
    expect(server.error).toMatchObject({ code: 'auth-failed' });
    start('right');
    await supervisor.waitFor('url', ['ready'], 10_000);
    await supervisor.stop('url');
  } finally {
    await upstream.kill();
  }
});

const kubernetesMcpServer = fileURLToPath(
  new URL(
    '../../../../node_modules/kubernetes-mcp-server-linux-amd64/bin/kubernetes-mcp-server-linux-amd64',
    import.meta.url,
  ),
);

const kubeconfig = `apiVersion: v1
kind: Config
current-context: nowhere
contexts: [{ name: nowhere, context: { cluster: nowhere, user: nobody } }]
clusters: [{ name: nowhere, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: nobody, user: { token: not-a-secret } }]
`;

test.skipIf(!existsSync(kubernetesMcpServer)).each(['stdio', 'http'] as const)(
  'the real kubernetes-mcp-server starts over %s without a cluster, with private files, and says that there is none',
  async (transport) => {
    const { supervisor, folder } = bench;
    const cwd = join(folder, 'kms');
    const file = join(cwd, 'files', 'kubeconfig');
    const port = await freePort();
    const listen =
      transport === 'http' ? ['--bind-address', '127.0.0.1', '--port', String(port)] : ['--log-file', 'stderr'];
    supervisor.start(
      'kms',
      bench.planner('kms', {
        transport,
        url: transport === 'http' ? `http://127.0.0.1:${port}/mcp` : null,
        probe: { path: '/healthz' },
        process: {
          command: kubernetesMcpServer,
          args: ['--kubeconfig', file, '--cluster-provider', 'kubeconfig', '--read-only', ...listen],
          env: { PATH: '/usr/bin:/bin', HOME: cwd, KUBECONFIG: file },
          cwd,
          files: [{ path: file, content: kubeconfig }],
        },
      }),
    );
    const backend = await supervisor.backend('kms', { timeoutMs: 45_000 });
    expect(supervisor.get('kms')).toMatchObject({ state: 'ready', serverInfo: { name: 'kubernetes-mcp-server' } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(cwd)).mode & 0o777).toBe(0o700);
    expect(await callTool(backend, 'namespaces_list')).toContain('connection refused');
    const pid = supervisor.get('kms')?.pid ?? 0;
    await supervisor.stop('kms');
    expect(isAlive(pid)).toBe(false);
  },
);

test('files are replaced as a whole and get private rights whatever was there', async () => {
  const { supervisor, folder } = bench;
  const cwd = join(folder, 'loose');
  await mkdir(cwd, { mode: 0o755 });
  await chmod(cwd, 0o755);
  await writeFile(join(cwd, 'config'), 'a longer text of before', { mode: 0o644 });
  const plan = bench.plan('loose', {});
  supervisor.start('loose', async () => ({
    plan: {
      ...plan,
      process: plan.process && { ...plan.process, files: [{ path: join(cwd, 'config'), content: 'now' }] },
    },
    release: async () => {},
  }));
  await supervisor.waitFor('loose', ['ready'], 10_000);
  expect(await readFile(join(cwd, 'config'), 'utf8')).toBe('now');
  expect((await stat(join(cwd, 'config'))).mode & 0o777).toBe(0o600);
  // It may be a folder of the user's, whose permissions are none of Berth's business.
  expect((await stat(cwd)).mode & 0o777).toBe(0o755);
});
