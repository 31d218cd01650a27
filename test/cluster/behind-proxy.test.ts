import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Server } from '../../contract/model/server.ts';
import { eventually } from '../e2e/support/processes.ts';
import { Sandbox, type Serving } from '../e2e/support/sandbox.ts';
import { PrivateAuthority } from '../fixtures/network/authority.ts';
import { CompanyProxy } from '../fixtures/network/company-proxy.ts';
import { TlsFront } from '../fixtures/network/tls-front.ts';
import { startTwoClusters, type TwoClusters } from './support/two-clusters.ts';

/** A name that only the proxy knows. Go takes no proxy of the environment for localhost and loopback addresses. */
const HOST = 'api.cluster.test:6443';
const LOGIN = 'jane:secret-word';

let folder: string;
let clusters: TwoClusters;
let front: TlsFront;
let proxy: CompanyProxy;
let sandbox: Sandbox;
let serving: Serving;
let record: string;

/** A real API server behind a front with a company's certificate, and a machine from which only the proxy leads there. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-proxy-'));
  record = join(folder, 'plugin-record');
  clusters = await startTwoClusters(folder);
  const { east } = clusters;
  const authority = await PrivateAuthority.create('Example Corp');
  const identity = await authority.sign({ names: ['api.cluster.test', '127.0.0.1'] });
  const ca = readFileSync(east.caFile, 'utf8');
  const behind = () => connectTls({ host: '127.0.0.1', port: Number(new URL(east.url).port), ca });
  front = await TlsFront.start(identity, behind);
  proxy = await CompanyProxy.start({ login: LOGIN, hosts: { [HOST]: `127.0.0.1:${front.port}` } });

  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: join(import.meta.dirname, '../fixtures/network/records-environment.mjs'),
    env: [
      { name: 'PLUGIN_RECORD', value: record },
      { name: 'PLUGIN_TOKEN', value: east.token('admin') },
    ],
  };
  const inData = { 'certificate-authority-data': Buffer.from(authority.cert).toString('base64') };
  const entries = {
    // Proxy and authority from the environment.
    env: { cluster: { server: `https://${HOST}` }, user: { token: east.token('admin') } },
    // Both from the kubeconfig, for an address that no proxy of the environment is used for.
    file: {
      cluster: { server: `https://127.0.0.1:${front.port}`, 'proxy-url': proxy.urlWith(LOGIN), ...inData },
      user: { token: east.token('admin') },
    },
    plugin: { cluster: { server: `https://${HOST}`, ...inData }, user: { exec } },
  };
  const names = Object.entries(entries);
  sandbox = new Sandbox({
    kubeconfig: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'env',
      clusters: names.map(([name, { cluster }]) => ({ name, cluster })),
      users: names.map(([name, { user }]) => ({ name, user })),
      contexts: names.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    }),
    env: { HTTPS_PROXY: proxy.urlWith(LOGIN), SSL_CERT_FILE: authority.writeTo(join(folder, 'ca.pem')) },
  });
  serving = await sandbox.serve();
});

afterAll(async () => {
  try {
    await serving?.stop();
    await sandbox?.dispose();
  } finally {
    await proxy?.stop();
    await front?.stop();
    await clusters?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

describe.each([
  ['env', HOST, 'HTTPS_PROXY and SSL_CERT_FILE of the login shell'],
  ['file', null, 'proxy-url and certificate-authority-data of the kubeconfig'],
  ['plugin', HOST, 'a login plugin, and HTTPS_PROXY'],
])('the context %s', (context, host, what) => {
  test(`a real server reaches its API server through the proxy: ${what}`, async () => {
    const target = host ?? `127.0.0.1:${front.port}`;
    const before = proxy.record.length;
    await sandbox.json('add', 'kubernetes-mcp-server', '--name', context, '--context', context, '--start');
    let server: Server | undefined;
    const ready = await eventually(async () => {
      server = await sandbox.json<Server>('servers', context);
      return server.state === 'ready' && server.reachable === true;
    }, 60_000);
    expect({ ready, error: server?.error }).toEqual({ ready: true, error: null });

    const called = await sandbox.cli('call', context, 'namespaces_list');
    expect(called.stdout).toContain('billing');
    const asked = proxy.record.slice(before);
    expect(new Set(asked.map(({ target: seen, status }) => `${seen} ${status}`))).toEqual(new Set([`${target} 200`]));
    // Go's client names itself to the proxy, Berth's does not: both have been there.
    expect(asked.some(({ userAgent }) => userAgent.startsWith('Go-http-client'))).toBe(true);
    expect(asked.some(({ userAgent }) => userAgent === '')).toBe(true);
  });

  test('the doctor names the proxy', async () => {
    const { stdout } = await sandbox.cli('doctor', `context:${context}`);
    expect(stdout).toContain(`the proxy ${proxy.url} of ${context === 'file' ? 'proxy-url' : 'HTTPS_PROXY'}`);
  });
});

test('the login plugin had the proxy and the authority, run by the server as run by Berth', () => {
  const runs = readFileSync(record, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect(runs.length).toBeGreaterThanOrEqual(2);
  for (const { HTTPS_PROXY, SSL_CERT_FILE } of runs) {
    expect({ HTTPS_PROXY, SSL_CERT_FILE }).toEqual({
      HTTPS_PROXY: proxy.urlWith(LOGIN),
      SSL_CERT_FILE: join(folder, 'ca.pem'),
    });
  }
});

test('the password of the proxy is in no log, no state, no setting and no argument', async () => {
  const { stdout } = await sandbox.cli('logs', 'env');
  expect(stdout).not.toContain('secret-word');
  const files = readdirSync(sandbox.berthHome, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const holding = files
    .map((file) => join(file.parentPath, file.name))
    // What the servers read to reach their cluster: private, and gone with them.
    .filter((path) => !path.includes('berth-kubeconfig-'))
    .filter((path) => readFileSync(path, 'latin1').includes('secret-word'));
  expect(holding).toEqual([]);
  expect(files.length).toBeGreaterThan(3);
  expect(sandbox.processes().map(({ command }) => command)).not.toContainEqual(expect.stringContaining('secret-word'));
});
