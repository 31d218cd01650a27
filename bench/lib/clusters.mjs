import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { provideApiServer } from '../../scripts/lib/api-server.mjs';
import { freePort, root } from './berth.mjs';

const READY_WITHIN_MS = 120_000;

/**
 * Real API servers side by side, one per name, each with a namespace `only-NAME` that no other has, and a kubeconfig with a context
 * for each, the first being the current one. `missing` says why there are none; the kubeconfig is empty then.
 * @param {string} folder theirs alone
 * @param {{ names: string[], log: (text: string) => void }} options
 */
export async function startClusters(folder, { names, log }) {
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const provided = provideApiServer(root);
  if (!provided.path) {
    writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\n', { mode: 0o600 });
    return { kubeconfig, missing: provided.missing ?? provided.broken, stop: async () => {} };
  }
  log(`starting ${names.length === 1 ? 'a real API server' : `${names.length} real API servers`}`);
  const clusters = await Promise.all(names.map((name) => startCluster(provided.path, join(folder, name), name)));
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(clusters)), { mode: 0o600 });
  return {
    kubeconfig,
    missing: null,
    async stop() {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    },
  };
}

async function startCluster(binary, folder, name) {
  const path = (...parts) => join(folder, ...parts);
  mkdirSync(path('certs'), { recursive: true });
  const token = `bench-${name}-token`;
  writeFileSync(path('tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(path('sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  // It ends with its stdin, so that nothing is left of it when the bench is killed.
  const child = spawn(binary, flags(path, port, url), { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  const cluster = { name, url, token, caFile: path('certs', 'apiserver.crt') };
  const ended = once(child, 'exit');
  for (const until = performance.now() + READY_WITHIN_MS; !(await answers(cluster)); await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`the API server ended with ${child.exitCode}:\n${said}`);
    if (performance.now() > until) throw new Error(`the API server was not ready in time:\n${said}`);
  }
  await ask(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: `only-${name}` } });
  return {
    ...cluster,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function flags(path, port, url) {
  return [
    `--etcd-data-dir=${path('etcd')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${path('certs')}`,
    `--service-account-issuer=${url}`,
    `--service-account-key-file=${path('sa.key')}`,
    `--service-account-signing-key-file=${path('sa.key')}`,
    `--token-auth-file=${path('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/12',
    '--disable-admission-plugins=ServiceAccount',
  ];
}

/** A connection that is refused or reset, and a certificate that is not there, mean that it is not up yet. */
async function answers(cluster) {
  if (!existsSync(cluster.caFile)) return false;
  return ask(cluster, 'GET', '/readyz').then(
    () => true,
    () => false,
  );
}

/** Rejects with what was answered unless that is a success. */
function ask({ url, token, caFile }, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request(new URL(path, url), { method, ca: readFileSync(caFile), headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => {
        if (response.statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    });
    asked.once('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

/** JSON is YAML too. */
function kubeconfigOf(clusters) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusters[0].name,
    clusters: clusters.map(({ name, url, caFile }) => ({
      name,
      cluster: { server: url, 'certificate-authority': caFile },
    })),
    users: clusters.map(({ name, token }) => ({ name, user: { token } })),
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  };
}
