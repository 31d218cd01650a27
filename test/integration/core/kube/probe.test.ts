import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CheckResult } from '../../../../contract/model/doctor.ts';
import { type Demo, startDemo } from '../../../../main/core/demo/start-demo.ts';
import { KubeService } from '../../../../main/core/kube/kube-service.ts';
import { isReachable, probeContext } from '../../../../main/core/kube/probe.ts';

let folder: string;
let demo: Demo;
let server: string;
let authority: string;
let otherAuthority: string;
let token: string;
const closing: (() => void)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-probe-'));
  demo = await startDemo({
    folder: join(folder, 'demo'),
    assetsFolder: join(import.meta.dirname, '../../../../assets'),
  });
  const config = parse(readFileSync(demo.kubeconfigPath, 'utf8'));
  server = config.clusters[0].cluster.server;
  authority = config.clusters[0].cluster['certificate-authority-data'];
  otherAuthority = config.clusters[1].cluster['certificate-authority-data'];
  token = config.users[0].user.token;
});
afterAll(async () => {
  await demo.dispose();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A service that knows one context, `c`, with these entries. */
async function kubeWith(
  cluster: object,
  user: object,
  more: { namespace?: string; path?: string } = {},
): Promise<KubeService> {
  const path = join(folder, 'config');
  writeFileSync(
    path,
    JSON.stringify({
      clusters: [{ name: 'k', cluster }],
      users: [{ name: 'u', user }],
      contexts: [
        { name: 'c', context: { cluster: 'k', user: 'u', ...(more.namespace ? { namespace: more.namespace } : {}) } },
      ],
    }),
  );
  const kube = new KubeService({
    env: { KUBECONFIG: path },
    home: folder,
    platform: process.platform,
    addedPaths: () => [],
    loginEnv: async () => ({ PATH: more.path ?? process.env['PATH'] ?? '', HOME: folder }),
  });
  closing.push(() => kube.dispose());
  await kube.refresh();
  return kube;
}

async function climb(kube: KubeService, timeoutMs = 5_000, ref = 'c') {
  const results: CheckResult[] = [];
  await probeContext(kube, ref, { timeoutMs, report: (result) => results.push(result) });
  expect(results.map((result) => result.id)).toEqual([
    'kubeconfig',
    'login',
    'dns',
    'tcp',
    'tls',
    'version',
    'identity',
    'access',
  ]);
  expect(new Set(results.map((result) => result.target))).toEqual(new Set([`context:${ref}`]));
  const bad = results.find((result) => result.outcome === 'fail');
  if (bad) expect(results.slice(results.indexOf(bad) + 1).some((result) => result.outcome === 'skip')).toBe(true);
  return { results, outcomes: results.map((result) => result.outcome).join(' '), bad };
}

const good = () => ({ server, 'certificate-authority-data': authority });

function listen(handler: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listener: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    handler(socket);
  });
  closing.push(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((done) => listener.listen(0, '127.0.0.1', () => done((listener.address() as AddressInfo).port)));
}

/** An executable script that stands for a login plugin. */
function plugin(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a good context', () => {
  it('passes every rung, with evidence', async () => {
    const { results, outcomes } = await climb(await kubeWith(good(), { token }, { namespace: 'shop' }));
    expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
    expect(results.map((result) => result.evidence)).toEqual([
      expect.stringContaining('cluster k, user u, token'),
      'token from the kubeconfig',
      '127.0.0.1: 127.0.0.1',
      `connected to ${new URL(server).host}`,
      expect.stringMatching(/^TLSv1\.3, issued by demo-staging demo authority, valid until \d{4}-/),
      'Kubernetes v1.34.2',
      'demo-viewer (demo:viewers, system:authenticated)',
      'in namespace shop: list pods: yes, list nodes: yes, get secrets: no',
    ]);
    expect(JSON.stringify(results)).not.toContain(token);
  });

  it('is reachable', async () => {
    expect(await isReachable(await kubeWith(good(), { token }), 'c')).toEqual({
      reachable: true,
      error: null,
      version: 'v1.34.2',
    });
  });

  it('through the proxy of the kubeconfig, which is what is connected to', async () => {
    const asked: string[] = [];
    const proxy: HttpServer = createHttpServer();
    const tunnels = new Set<Socket>();
    proxy.on('connect', (request, socket: Socket) => {
      asked.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      tunnels.add(socket).add(upstream);
      for (const each of [socket, upstream]) each.on('error', () => {});
    });
    closing.push(() => {
      proxy.close();
      for (const each of tunnels) each.destroy();
    });
    const port = await new Promise<number>((done) =>
      proxy.listen(0, '127.0.0.1', () => done((proxy.address() as AddressInfo).port)),
    );
    const kube = await kubeWith({ ...good(), 'proxy-url': `http://127.0.0.1:${port}` }, { token });
    const { outcomes, results } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
    expect(results[3]?.evidence).toBe(
      `connected to 127.0.0.1:${port} (the proxy http://127.0.0.1:${port} of proxy-url)`,
    );
    expect(new Set(asked)).toEqual(new Set([new URL(server).host]));
  });

  it('warns where the certificate is not verified', async () => {
    const { outcomes, results } = await climb(await kubeWith({ server, 'insecure-skip-tls-verify': true }, { token }));
    expect(outcomes).toBe('warn pass pass pass warn pass pass pass');
    expect(results[4]?.evidence).toContain('not verified');
  });
});

describe('a broken context names the rung and the remedy', () => {
  it.each([
    [
      'another authority',
      () => ({ server, 'certificate-authority-data': otherAuthority }),
      'tls',
      /authority/,
      /rebuilt|kubeconfig again/,
    ],
    ['no authority', () => ({ server }), 'tls', /authority|self-signed/, /./],
    [
      'another name',
      () => ({ ...good(), 'tls-server-name': 'other.example' }),
      'tls',
      /other names/,
      /tls-server-name/,
    ],
    [
      'a name that does not exist',
      () => ({ ...good(), server: 'https://no-such-cluster.invalid' }),
      'dns',
      /./,
      /VPN|network/,
    ],
    ['a URL that is none', () => ({ server: 'not a url' }), 'dns', /not a URL/, /server:/],
  ])('%s', async (_name, cluster, rung, evidence, remedy) => {
    const { bad } = await climb(await kubeWith(cluster(), { token }));
    expect(bad).toMatchObject({
      id: rung,
      evidence: expect.stringMatching(evidence),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('nothing listens', async () => {
    const port = await listen(() => {});
    for (const close of closing.splice(0)) close();
    const kube = await kubeWith({ ...good(), server: `https://127.0.0.1:${port}` }, { token });
    expect((await climb(kube)).bad).toMatchObject({ id: 'tcp', evidence: 'Nothing listens there.' });
    expect(await isReachable(kube, 'c')).toMatchObject({
      reachable: false,
      error: {
        code: 'unreachable',
        message: `The API server 127.0.0.1:${port} cannot be reached: nothing listens there.`,
      },
    });
  });

  it('it takes connections and says nothing', async () => {
    const port = await listen(() => {});
    const kube = await kubeWith({ ...good(), server: `https://127.0.0.1:${port}` }, { token });
    expect((await climb(kube, 300)).bad).toMatchObject({ id: 'tls', evidence: expect.stringContaining('in time') });
    expect(await isReachable(kube, 'c', { timeoutMs: 300 })).toMatchObject({
      reachable: false,
      error: { code: 'unreachable' },
    });
  });

  it('it does not speak TLS', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { bad } = await climb(await kubeWith({ ...good(), server: `https://127.0.0.1:${port}` }, { token }));
    expect(bad).toMatchObject({ id: 'tls', remedy: expect.stringContaining('http://') });
  });

  it('the token is wrong: reachable, but the login failed', async () => {
    const kube = await kubeWith(good(), { token: 'wrong-token' });
    expect((await climb(kube)).bad).toMatchObject({
      id: 'version',
      evidence: expect.stringContaining('401'),
      remedy: expect.stringContaining('expired or revoked'),
    });
    expect(await isReachable(kube, 'c')).toMatchObject({ reachable: true, error: { code: 'auth-failed' } });
  });

  it('a user that is not defined', async () => {
    const path = join(folder, 'config');
    const kube = await kubeWith(good(), { token });
    writeFileSync(
      path,
      JSON.stringify({
        clusters: [{ name: 'k', cluster: good() }],
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'ghost' } }],
      }),
    );
    await kube.refresh();
    expect((await climb(kube)).bad).toMatchObject({ id: 'kubeconfig', evidence: expect.stringContaining('"ghost"') });
    await expect(climb(kube, 100, 'nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('a cancelled probe ends at once', async () => {
    const port = await listen(() => abort.abort());
    const abort = new AbortController();
    const kube = await kubeWith({ ...good(), server: `https://127.0.0.1:${port}` }, { token });
    await expect(
      probeContext(kube, 'c', { signal: abort.signal, timeoutMs: 60_000, report: () => {} }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expect(isReachable(kube, 'c', { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe.skipIf(process.platform === 'win32')(
  'login plugins (skipped on Windows: the plugins here are shell scripts)',
  () => {
    const exec = (command: string, more: object = {}) => ({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'IfAvailable', command, ...more },
    });
    const answer = (give: string, expires = '') =>
      `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"${expires}}}' "${give}"`;

    it('gives the token, knows what Kubernetes tells it, and runs once for many questions', async () => {
      const count = join(folder, 'count');
      plugin(
        'my-login',
        `echo x >> ${count}\necho "$KUBERNETES_EXEC_INFO" > ${folder}/info\nread line && exit 9\n${answer('$MY_TOKEN')}`,
      );
      const kube = await kubeWith(
        good(),
        exec('my-login', { env: [{ name: 'MY_TOKEN', value: token }], provideClusterInfo: true }),
        { path: `${folder}:${process.env['PATH']}` },
      );
      const { outcomes, results } = await climb(kube);
      expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
      expect(results[1]?.evidence).toBe(`${folder}/my-login gave a token`);
      expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toMatchObject({
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server, 'certificate-authority-data': authority } },
      });
      await isReachable(kube, 'c');
      await isReachable(kube, 'c');
      expect(readFileSync(count, 'utf8')).toBe('x\n');
      expect(JSON.stringify(results)).not.toContain(token);
    });

    it('fails with its last words, without the secret it was given; the network is tried all the same', async () => {
      plugin('bad-login', 'echo first >&2\necho "cannot log in with $CLIENT_SECRET" >&2\nexit 3');
      const kube = await kubeWith(
        good(),
        exec(join(folder, 'bad-login'), { env: [{ name: 'CLIENT_SECRET', value: 'hunter2hunter2' }] }),
      );
      const { outcomes, bad } = await climb(kube);
      expect(outcomes).toBe('pass fail pass pass pass skip skip skip');
      expect(bad?.evidence).toContain('cannot log in with …');
      expect(await isReachable(kube, 'c')).toMatchObject({ reachable: true, error: { code: 'auth-failed' } });
    });

    it.each([
      ['says nothing', 'exit 0'],
      ['says something else', 'echo hello'],
      ['gives no credential', `echo '{"status":{}}'`],
    ])('that %s is an error that says so', async (_name, script) => {
      const { bad } = await climb(await kubeWith(good(), exec(plugin('odd-login', script))));
      expect(bad).toMatchObject({ id: 'login', evidence: expect.stringContaining('ExecCredential') });
    });

    it('that hangs is ended in time with all that it started', async () => {
      const pids = join(folder, 'pids');
      const path = plugin('slow-login', `sleep 600 &\necho $! > ${pids}\nwait`);
      const { bad } = await climb(await kubeWith(good(), exec(path)), 200);
      expect(bad).toMatchObject({ id: 'login', evidence: expect.stringContaining('did not finish within') });
      const pid = Number(readFileSync(pids, 'utf8'));
      // A killed process may stay as a zombie where nothing reaps orphans.
      const state = existsSync(`/proc/${pid}/stat`)
        ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]
        : 'gone';
      expect(['gone', 'Z', 'X']).toContain(state);
    });

    it('that is missing is said before anything else is tried', async () => {
      const { outcomes, bad } = await climb(
        await kubeWith(good(), exec('no-such-login', { installHint: 'brew install no-such-login' })),
      );
      expect(outcomes).toBe('pass fail skip skip skip skip skip skip');
      expect(bad).toMatchObject({
        evidence: expect.stringContaining('no-such-login'),
        remedy: 'brew install no-such-login',
      });
    });
  },
);
