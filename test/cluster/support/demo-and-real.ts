import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { startDemo } from '../../../main/core/demo/start-demo.ts';
import { ApiServer } from './api-server.ts';
import { type Copied, copyCluster } from './copy-cluster.ts';
import type { KubePeer } from './kube-rest.ts';

/** Same names in both kubeconfigs, so that no answer differs by them. */
const names = { cluster: 'compared', user: 'reader', namespace: 'shop' };

export interface Side {
  readonly peer: KubePeer;
  /** A kubeconfig with one context. */
  readonly kubeconfig: string;
}

/** A demo cluster, and a real API server that holds the same objects. */
export interface DemoAndReal {
  readonly demo: Side;
  readonly real: Side;
  readonly copied: Copied;
  stop(): Promise<void>;
}

export async function startDemoAndReal(context: string): Promise<DemoAndReal> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-compare-'));
  const assetsFolder = fileURLToPath(new URL('../../../assets', import.meta.url));
  const demo = await startDemo({ folder: join(folder, 'demo'), assetsFolder });
  const users = [{ name: 'demo-viewer', token: 'reader-token-41c7', groups: ['system:masters'] }];
  // This plugin taints new nodes until a controller, which does not run here, says that they are ready.
  const server = new ApiServer('real', join(folder, 'real'), users, ['TaintNodesByCondition']);
  const stop = async () => {
    await Promise.all([demo.dispose(), server.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.start();
    const demoPeer = peerOf(readFileSync(demo.kubeconfigPath, 'utf8'), context);
    const realPeer = server.peer('demo-viewer');
    const copied = await copyCluster(demoPeer, realPeer);
    const side = (name: string, peer: KubePeer): Side => {
      const kubeconfig = join(folder, `${name}.yaml`);
      writeFileSync(kubeconfig, kubeconfigOf(peer), { mode: 0o600 });
      return { peer, kubeconfig };
    };
    return { demo: side('demo', demoPeer), real: side('real', realPeer), copied, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { name: string; user: { token: string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
}

function peerOf(kubeconfig: string, name: string): KubePeer {
  const config = parse(kubeconfig) as Kubeconfig;
  const context = config.contexts.find((candidate) => candidate.name === name)?.context;
  const cluster = config.clusters.find((candidate) => candidate.name === context?.cluster)?.cluster;
  const user = config.users.find((candidate) => candidate.name === context?.user)?.user;
  if (!cluster || !user) throw new Error(`the kubeconfig has no context ${name}`);
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  return { url: cluster.server, ca, token: user.token };
}

function kubeconfigOf({ url, ca, token }: KubePeer): string {
  const authority = Buffer.from(ca).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names.cluster,
    clusters: [{ name: names.cluster, cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: names.user, user: { token } }],
    contexts: [
      { name: names.cluster, context: { cluster: names.cluster, user: names.user, namespace: names.namespace } },
    ],
  });
}
