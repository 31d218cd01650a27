import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CheckResult } from '../../../../contract/model/doctor.ts';
import { type Demo, startDemo } from '../../../../main/core/demo/start-demo.ts';
import { KubeService } from '../../../../main/core/kube/kube-service.ts';
import { isReachable, probeContext } from '../../../../main/core/kube/probe.ts';
import { PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { CompanyProxy, type CompanyProxyOptions } from '../../../fixtures/network/company-proxy.ts';
import { SocksProxy } from '../../../fixtures/network/socks-proxy.ts';
import { TlsFront } from '../../../fixtures/network/tls-front.ts';

/** A name that only the proxy knows. Go never takes a proxy for localhost and loopback addresses. */
const HOST = 'api.cluster.test:6443';
const LOGIN = 'jane:secret-word';

let folder: string;
let demo: Demo;
let token: string;
let authority: PrivateAuthority;
let caFile: string;
let front: TlsFront;
const endings: (() => unknown)[] = [];

/** A demo cluster behind a front whose certificate a company's own authority signed. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-api-proxy-'));
  demo = await startDemo({
    folder: join(folder, 'demo'),
    assetsFolder: join(import.meta.dirname, '../../../../assets'),
  });
  const config = parse(readFileSync(demo.kubeconfigPath, 'utf8'));
  token = config.users[0].user.token;
  const { port } = new URL(config.clusters[0].cluster.server);
  authority = await PrivateAuthority.create('Example Corp');
  caFile = authority.writeTo(join(folder, 'ca.pem'));
  const identity = await authority.sign({ names: ['api.cluster.test', '127.0.0.1'] });
  const behind = () => connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  front = await TlsFront.start(identity, behind);
});
afterAll(async () => {
  await front?.stop();
  await demo?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startProxy(options: CompanyProxyOptions = {}): Promise<CompanyProxy> {
  const proxy = await CompanyProxy.start({ hosts: { [HOST]: `127.0.0.1:${front.port}` }, ...options });
  endings.push(() => proxy.stop());
  return proxy;
}

interface Setup {
  readonly env?: Record<string, string>;
  /** What the user gives to all servers. */
  readonly added?: Record<string, string>;
  readonly cluster?: object;
  readonly user?: object;
}

/** A machine whose login shell has `env`, with a kubeconfig that has the context `c`. */
async function machine({ env = {}, added = {}, cluster = {}, user = { token } }: Setup): Promise<KubeService> {
  const path = join(folder, 'config');
  writeFileSync(
    path,
    JSON.stringify({
      clusters: [{ name: 'k', cluster: { server: `https://${HOST}`, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  );
  const kube = new KubeService({
    env: { KUBECONFIG: path },
    home: folder,
    platform: process.platform,
    addedPaths: () => [],
    loginEnv: async () => ({ PATH: process.env['PATH'] ?? '', HOME: folder, ...env }),
    addedEnv: () => added,
  });
  endings.push(() => kube.dispose());
  await kube.refresh();
  return kube;
}

async function climb(kube: KubeService) {
  const results: CheckResult[] = [];
  await probeContext(kube, 'c', { timeoutMs: 5_000, report: (result) => results.push(result) });
  const evidence = (id: string) => results.find((result) => result.id === id)?.evidence;
  return { evidence, outcomes: results.map(({ outcome }) => outcome).join(' '), text: JSON.stringify(results) };
}

const inKubeconfig = () => ({ 'certificate-authority-data': Buffer.from(authority.cert).toString('base64') });
const reachable = { reachable: true, error: null, version: 'v1.34.2' };

describe('the API server behind a proxy and an authority of the company', () => {
  test('HTTPS_PROXY and SSL_CERT_FILE of the login shell: every rung passes and names both', async () => {
    const proxy = await startProxy({ login: LOGIN });
    const env = { HTTPS_PROXY: proxy.urlWith(LOGIN), SSL_CERT_FILE: caFile };
    const kube = await machine({ env });
    const { outcomes, evidence, text } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
    expect(evidence('tcp')).toBe(`connected to 127.0.0.1:${proxy.port} (the proxy ${proxy.url} of HTTPS_PROXY)`);
    expect(evidence('tls')).toContain(`through ${proxy.url}, issued by Example Corp`);
    expect(evidence('tls')).toContain(`SSL_CERT_FILE ${caFile}`);
    expect(evidence('version')).toBe(`Kubernetes v1.34.2 through ${proxy.url}`);
    expect(text).not.toContain('secret-word');
    expect(await isReachable(kube, 'c')).toEqual(reachable);
    expect(new Set(proxy.tunnels)).toEqual(new Set([HOST]));
  });

  test('proxy-url and certificate-authority-data of the kubeconfig, which win over the environment', async () => {
    const [proxy, other] = [await startProxy(), await startProxy()];
    const env = { HTTPS_PROXY: other.url, NO_PROXY: '*' };
    const kube = await machine({ env, cluster: { 'proxy-url': proxy.url, ...inKubeconfig() } });
    const { outcomes, evidence } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
    expect(evidence('tls')).toContain('trusted by certificate-authority-data of the kubeconfig');
    expect(evidence('dns')).toContain('of proxy-url');
    expect(new Set(proxy.tunnels)).toEqual(new Set([HOST]));
    expect(other.record).toEqual([]);
  });

  test('proxy-url is obeyed for a loopback address too, HTTPS_PROXY is not', async () => {
    const [proxy, other] = [await startProxy(), await startProxy()];
    const server = { server: `https://127.0.0.1:${front.port}`, ...inKubeconfig() };
    const env = { HTTPS_PROXY: other.url };
    expect(await isReachable(await machine({ env, cluster: server }), 'c')).toEqual(reachable);
    expect(await isReachable(await machine({ env, cluster: { ...server, 'proxy-url': proxy.url } }), 'c')).toEqual(
      reachable,
    );
    expect(proxy.tunnels).toEqual([`127.0.0.1:${front.port}`]);
    expect(other.record).toEqual([]);
  });

  test.each(['proxy-url', 'HTTPS_PROXY'])('a SOCKS proxy of %s, which looks the name up, as for Go', async (from) => {
    const proxy = new SocksProxy({ [HOST]: `127.0.0.1:${front.port}` });
    await proxy.start();
    endings.push(() => proxy.stop());
    const env = from === 'HTTPS_PROXY' ? { HTTPS_PROXY: proxy.url } : {};
    const inFile = from === 'proxy-url' ? { 'proxy-url': proxy.url } : {};
    const kube = await machine({ env, cluster: { ...inKubeconfig(), ...inFile } });
    const { outcomes, evidence } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass pass pass pass pass');
    expect(evidence('tls')).toContain(`through ${proxy.url}, issued by Example Corp`);
    expect(new Set(proxy.targets)).toEqual(new Set([HOST]));
  });

  test('a proxy that the user gave to servers only is Berth’s too', async () => {
    const proxy = await startProxy();
    const kube = await machine({ added: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: caFile } });
    expect(await isReachable(kube, 'c')).toEqual(reachable);
    expect(proxy.tunnels).toEqual([HOST]);
  });

  test('NO_PROXY: the proxy is not asked, and the name is not known', async () => {
    const proxy = await startProxy();
    const kube = await machine({ env: { HTTPS_PROXY: proxy.url, NO_PROXY: '.cluster.test' }, cluster: inKubeconfig() });
    expect(await isReachable(kube, 'c')).toMatchObject({ reachable: false, error: { code: 'unreachable' } });
    expect(proxy.record).toEqual([]);
  });

  test('an authority that only Berth’s runtime lacks: SSL_CERT_FILE does not help where the kubeconfig names another', async () => {
    const proxy = await startProxy();
    const other = await PrivateAuthority.create('Other Corp');
    const data = { 'certificate-authority-data': Buffer.from(other.cert).toString('base64') };
    const kube = await machine({ env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: caFile }, cluster: data });
    const { outcomes, evidence } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass fail skip skip skip');
    expect(evidence('tls')).toMatch(/authority/);
  });
});

describe('a proxy that is in the way', () => {
  test.each<[string, CompanyProxyOptions, string, RegExp]>([
    ['wants a login', { login: 'jane:other-word' }, 'auth-failed', /refused the user and password \(HTTP 407\)/],
    [
      'forbids the cluster',
      { refuseWith: 403 },
      'unreachable',
      /does not let api\.cluster\.test:6443 through \(HTTP 403\)/,
    ],
    ['cuts the connection', { behaviour: 'reset' }, 'unreachable', /it cut the connection/],
  ])('%s: said by name, at the rung of TLS, without the password', async (_what, options, code, message) => {
    const proxy = await startProxy(options);
    const kube = await machine({ env: { HTTPS_PROXY: proxy.urlWith(LOGIN) }, cluster: inKubeconfig() });
    const { outcomes, evidence, text } = await climb(kube);
    expect(outcomes).toBe('pass pass pass pass fail skip skip skip');
    expect(evidence('tls')).toMatch(message);
    expect(evidence('tls')).toContain(`The proxy ${proxy.url} `);
    const answer = await isReachable(kube, 'c');
    expect(answer).toMatchObject({ reachable: false, error: { code, message: expect.stringMatching(message) } });
    expect(text + JSON.stringify(answer)).not.toContain('secret-word');
  });

  test('is down: said at the rung of the connection', async () => {
    const proxy = await startProxy();
    const { url } = proxy;
    await proxy.stop();
    const kube = await machine({ env: { HTTPS_PROXY: url }, cluster: inKubeconfig() });
    const { outcomes, evidence } = await climb(kube);
    expect(outcomes).toBe('pass pass pass fail skip skip skip skip');
    expect(evidence('tcp')).toBe(`The proxy ${url} cannot be used for ${HOST}: nothing listens there.`);
  });

  test('says nothing: the question ends in time all the same', async () => {
    const proxy = await startProxy({ behaviour: 'silent' });
    const kube = await machine({ env: { HTTPS_PROXY: proxy.url }, cluster: inKubeconfig() });
    expect(await isReachable(kube, 'c', { timeoutMs: 300 })).toMatchObject({
      reachable: false,
      error: { message: expect.stringContaining('did not answer within') },
    });
  });
});

test.skipIf(process.platform === 'win32')(
  'a login plugin is given the proxy and the authorities, and the kubeconfig’s proxy',
  async () => {
    const proxy = await startProxy({ login: LOGIN });
    const record = join(folder, 'record');
    const network = {
      HTTPS_PROXY: proxy.urlWith(LOGIN),
      NO_PROXY: '.internal',
      SSL_CERT_FILE: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
      REQUESTS_CA_BUNDLE: caFile,
    };
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      provideClusterInfo: true,
      command: join(import.meta.dirname, '../../../fixtures/network/records-environment.mjs'),
      args: ['get-token'],
      env: [
        { name: 'PLUGIN_RECORD', value: record },
        { name: 'PLUGIN_TOKEN', value: token },
      ],
    };
    const kube = await machine({ env: { ...network, SOMETHING_ELSE: 'of the login shell' }, user: { exec } });
    expect(await isReachable(kube, 'c')).toEqual(reachable);
    const seen = JSON.parse(readFileSync(record, 'utf8'));
    expect(seen).toMatchObject(network);
    // What servers are not given, their plugins are not given either: a login that needs it must not seem to work.
    expect(seen).not.toHaveProperty('SOMETHING_ELSE');
    expect(seen.argv).toEqual(['get-token']);
    expect(JSON.parse(seen.KUBERNETES_EXEC_INFO)).toMatchObject({ spec: { cluster: { server: `https://${HOST}` } } });
  },
);
