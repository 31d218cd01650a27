import { join } from 'node:path';
import { stringify } from 'yaml';
import { ApiServer, type ApiUser } from './api-server.ts';

/** Users of each cluster. `viewer` may read the namespace `shop` and nothing else. */
function users(cluster: string): ApiUser[] {
  return [
    { name: 'admin', token: `${cluster}-admin-token-6f1d`, groups: ['system:masters'] },
    { name: 'viewer', token: `${cluster}-viewer-token-93ab`, groups: ['viewers'] },
  ];
}

/** What each cluster holds: nothing of one is in the other, so that an answer tells where it came from. */
const content = {
  east: { shop: ['east-cart', 'east-checkout'], billing: ['east-invoices'] },
  west: { shop: ['west-search'], press: ['west-newsroom', 'west-archive'] },
} satisfies Record<string, Record<string, string[]>>;

export interface TwoClusters {
  readonly east: ApiServer;
  readonly west: ApiServer;
  /** Contexts `east` and `west` as the given user (default admin), `east` being kubectl's current one. */
  kubeconfig(user?: string): string;
  stop(): Promise<void>;
}

/** Starts two real API servers side by side and fills them. `folder` is theirs alone. */
export async function startTwoClusters(folder: string): Promise<TwoClusters> {
  const make = (name: string) => new ApiServer(name, join(folder, name), users(name));
  const [east, west] = [make('east'), make('west')];
  try {
    await Promise.all([east.start(), west.start()]);
    await Promise.all([fill(east, content.east), fill(west, content.west)]);
  } catch (error) {
    await Promise.all([east.stop(), west.stop()]);
    throw error;
  }
  return {
    east,
    west,
    kubeconfig: (user = 'admin') => kubeconfig([east, west], user),
    async stop() {
      await Promise.all([east.stop(), west.stop()]);
    },
  };
}

/** A kubeconfig with one context per cluster, named like it; the first is the current one. */
function kubeconfig(clusters: readonly ApiServer[], user: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusters[0]?.name,
    clusters: clusters.map(({ name, url, caFile }) => ({
      name,
      cluster: { server: url, 'certificate-authority': caFile },
    })),
    users: clusters.map((cluster) => ({ name: `${cluster.name}-${user}`, user: { token: cluster.token(user) } })),
    contexts: clusters.map(({ name }) => ({
      name,
      context: { cluster: name, user: `${name}-${user}`, namespace: 'shop' },
    })),
  });
}

async function fill(server: ApiServer, namespaces: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [namespace, pods] of Object.entries(namespaces)) {
    await server.change('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    for (const pod of pods) {
      await server.change('POST', `/api/v1/namespaces/${namespace}/pods`, {
        metadata: { name: pod, labels: { app: pod } },
        spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
      });
    }
  }
  const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop';
  await server.change('POST', `${role}/roles`, {
    metadata: { name: 'read-shop' },
    rules: [{ apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] }],
  });
  await server.change('POST', `${role}/rolebindings`, {
    metadata: { name: 'viewers-read-shop' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'read-shop' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'viewers' }],
  });
}
