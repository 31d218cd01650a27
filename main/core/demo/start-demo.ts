import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { DisposableStore } from '../dispose.ts';
import { writePrivateKubeconfig } from '../kube/private-kubeconfig.ts';
import { loadDemoCluster } from './demo-cluster.ts';
import { startDemoServer } from './demo-server.ts';

export const demoContexts = ['demo-staging', 'demo-production'] as const;

export interface Demo {
  /** One file with both contexts, 0600. */
  readonly kubeconfigPath: string;
  readonly contexts: readonly string[];
  /** Stops both servers and removes the kubeconfig. */
  dispose(): Promise<void>;
}

/**
 * Starts the two demo clusters on 127.0.0.1, each with a certificate authority and a token made now, and writes their kubeconfig into
 * `folder` (made 0700). `assetsFolder` is the one that holds `demo/`. When one part fails, what had started is stopped again.
 */
export async function startDemo(options: { folder: string; assetsFolder: string }): Promise<Demo> {
  const parts = new DisposableStore();
  try {
    const started = await Promise.all(demoContexts.map((name) => startCluster(name, options.assetsFolder, parts)));
    const file = await writePrivateKubeconfig(
      {
        apiVersion: 'v1',
        kind: 'Config',
        preferences: {},
        'current-context': demoContexts[0],
        clusters: started.map(({ name, url, authority }) => ({
          name,
          cluster: { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
        })),
        users: started.map(({ name, token }) => ({ name: `${name}-viewer`, user: { token } })),
        contexts: started.map(({ name, namespace }) => ({
          name,
          context: { cluster: name, user: `${name}-viewer`, namespace },
        })),
      },
      options.folder,
    );
    parts.add(file);
    return { kubeconfigPath: file.path, contexts: demoContexts, dispose: () => parts.dispose() };
  } catch (error) {
    await parts.dispose();
    throw error;
  }
}

async function startCluster(name: string, assetsFolder: string, parts: DisposableStore) {
  const cluster = await loadDemoCluster(join(assetsFolder, 'demo', `${name}.yaml`), Date.now());
  const token = randomBytes(32).toString('base64url');
  const { authority, certificate, key } = await makeCertificates(name);
  const server = parts.add(await startDemoServer({ cluster, token, certificate, key }));
  return { name, url: server.url, token, authority, namespace: 'shop' };
}

/** A certificate authority that signs one certificate for 127.0.0.1 and is forgotten: its key never leaves this function. */
async function makeCertificates(name: string): Promise<{ authority: string; certificate: string; key: string }> {
  // A clock that was set back a little, as in a virtual machine that slept, must not make them "not yet valid".
  const validity = {
    notBeforeDate: new Date(Date.now() - 3_600_000),
    notAfterDate: new Date(Date.now() + 365 * 86_400_000),
  };
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...validity } as const;
  const authority = await generate([{ name: 'commonName', value: `${name} demo authority` }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { authority: authority.cert, certificate: leaf.cert, key: leaf.private };
}
