import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { startDemo } from '../../../main/core/demo/start-demo.ts';
import { ApiServer } from '../../cluster/support/api-server.ts';
import { copyCluster } from '../../cluster/support/copy-cluster.ts';
import type { KubePeer } from '../../cluster/support/kube-rest.ts';

/** Two clusters with Forklift's kinds and different data, so that an answer tells which one gave it. */
export interface Clusters {
  /** A kubeconfig with `staging`, which is current, and `production`. */
  readonly kubeconfig: string;
  readonly staging: Cluster;
  readonly production: Cluster;
  stop(): Promise<void>;
}

export interface Cluster {
  readonly context: string;
  readonly peer: KubePeer;
  /** A provider that the other cluster has not. */
  readonly provider: string;
}

/** Whether the two real API servers are here to be started: `npm run test:cluster` builds them and names them so. */
export const hasRealApiServers = Boolean(process.env['BERTH_TEST_APISERVER']);

const providers = { staging: 'vsphere-lab', production: 'vsphere-prod' };

/** The two demo clusters, as if the user's kubeconfig named them. */
export async function startDemoClusters(): Promise<Clusters> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-two-demos-'));
  const assetsFolder = fileURLToPath(new URL('../../../assets', import.meta.url));
  const demo = await startDemo({ folder, assetsFolder });
  const kubeconfig = await readFile(demo.kubeconfigPath, 'utf8');
  const cluster = (name: 'staging' | 'production'): Cluster => ({
    context: `demo-${name}`,
    peer: peerOf(kubeconfig, `demo-${name}`),
    provider: providers[name],
  });
  return {
    kubeconfig: demo.kubeconfigPath,
    staging: cluster('staging'),
    production: cluster('production'),
    async stop() {
      await demo.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Two real API servers with the demo clusters' objects. */
export async function startRealClusters(): Promise<Clusters> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-two-real-'));
  const demo = await startDemoClusters();
  const make = (name: string) =>
    new ApiServer(
      name,
      join(folder, name),
      [{ name: `${name}-admin`, token: `${name}-admin-token-58c2`, groups: ['system:masters'] }],
      // This plugin taints new nodes until a controller, which does not run here, says that they are ready.
      ['TaintNodesByCondition'],
    );
  const servers = { staging: make('staging'), production: make('production') };
  const stop = async () => {
    await Promise.all([servers.staging.stop(), servers.production.stop(), demo.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([servers.staging.start(), servers.production.start()]);
    const cluster = (name: 'staging' | 'production'): Cluster => ({
      context: `real-${name}`,
      peer: servers[name].peer(`${name}-admin`),
      provider: providers[name],
    });
    const clusters = { staging: cluster('staging'), production: cluster('production') };
    await copyCluster(demo.staging.peer, clusters.staging.peer);
    await copyCluster(demo.production.peer, clusters.production.peer);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf([clusters.staging, clusters.production]), { mode: 0o600 });
    return { kubeconfig, ...clusters, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A kubeconfig of these clusters; the first context is the current one. */
export function kubeconfigOf(clusters: readonly Cluster[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusters[0]?.context,
    clusters: clusters.map(({ context, peer }) => ({
      name: context,
      cluster: { server: peer.url, 'certificate-authority-data': Buffer.from(peer.ca).toString('base64') },
    })),
    users: clusters.map(({ context, peer }) => ({ name: context, user: { token: peer.token } })),
    contexts: clusters.map(({ context }) => ({
      name: context,
      context: { cluster: context, user: context, namespace: 'openshift-mtv' },
    })),
  });
}

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { name: string; user: { token: string } }[];
}

function peerOf(text: string, context: string): KubePeer {
  const config = parse(text) as Kubeconfig;
  const cluster = config.clusters.find(({ name }) => name === context)?.cluster;
  const user = config.users.find(({ name }) => name.startsWith(context))?.user;
  if (!cluster || !user) throw new Error(`the demo has no context ${context}`);
  return {
    url: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token: user.token,
  };
}
