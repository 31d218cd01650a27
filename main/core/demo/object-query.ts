import type { ApiResource } from './api-resources.ts';
import { ApiStatusError, badRequest, noSuchObject } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { type Json, type KubeObject, kubeTime } from './kube-object.ts';
import { fieldMatcher, labelMatcher } from './selectors.ts';

/** Objects of a kind that a request selects by namespace, labels and fields. */
export function selectObjects(
  resource: ApiResource,
  namespace: string,
  query: URLSearchParams,
  cluster: DemoCluster,
  now: number,
): KubeObject[] {
  const byLabel = labelMatcher(query.get('labelSelector') ?? '');
  const byField = fieldMatcher(query.get('fieldSelector') ?? '', resource.plural);
  return cluster
    .objects(resource)
    .filter(
      (object) => (namespace === '' || object.metadata.namespace === namespace) && byLabel(object) && byField(object),
    )
    .map((object) => fresh(object, now));
}

/** One object. Throws a 404 Status. */
export function getObject(
  resource: ApiResource,
  namespace: string,
  name: string,
  cluster: DemoCluster,
  now: number,
): KubeObject {
  const found = cluster
    .objects(resource)
    .find((object) => object.metadata.name === name && (object.metadata.namespace ?? '') === namespace);
  if (!found) throw noSuchObject(resource, name);
  return fresh(found, now);
}

/** A page of a list under `limit` and `continue`, with the list's metadata. Throws a 400 or 410 Status for a token that is not ours. */
export function page(
  objects: readonly KubeObject[],
  query: URLSearchParams,
  cluster: DemoCluster,
): { items: readonly KubeObject[]; metadata: Json } {
  const metadata: Json = { resourceVersion: cluster.resourceVersion };
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit: Invalid value: "${query.get('limit')}"`);
  const start = readToken(query.get('continue') ?? '', cluster);
  const items = objects.slice(start, limit === 0 ? undefined : start + limit);
  const rest = objects.length - start - items.length;
  if (rest > 0) {
    metadata['continue'] = Buffer.from(
      JSON.stringify({ v: 'demo', rv: cluster.resourceVersion, start: start + items.length }),
    ).toString('base64url');
    // With a selector a server does not know how many remain.
    if (!query.get('labelSelector') && !query.get('fieldSelector')) metadata['remainingItemCount'] = rest;
  }
  return { items, metadata };
}

function readToken(token: string, cluster: DemoCluster): number {
  if (token === '') return 0;
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as {
      v?: unknown;
      rv?: unknown;
      start?: unknown;
    } | null;
    if (read?.v === 'demo' && Number.isInteger(read.start) && Number(read.start) >= 0) {
      if (read.rv === cluster.resourceVersion) return Number(read.start);
      throw new ApiStatusError(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result.',
      );
    }
  } catch (error) {
    if (error instanceof ApiStatusError) throw error;
  }
  throw badRequest('continue key is not valid');
}

/** Metrics are always from now. */
function fresh(object: KubeObject, now: number): KubeObject {
  return object.apiVersion.startsWith('metrics.k8s.io/') ? { ...object, timestamp: kubeTime(now) } : object;
}
