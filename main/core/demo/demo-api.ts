import { type ApiAnswer, type ApiRequest, jsonAnswer } from './api-exchange.ts';
import { type ApiResource, groupVersion } from './api-resources.ts';
import { ApiStatusError, badRequest, forbidden, noSuchResource, type ResourceRequest } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery.ts';
import { type KubeObject, textAt } from './kube-object.ts';
import { nodeProxy } from './node-proxy.ts';
import { getObject, page, selectObjects } from './object-query.ts';
import { podLog } from './pod-logs.ts';
import { type Form, formOf, listAs, oneAs } from './representations.ts';
import { nothingAt, readTarget, type Target, verbOf } from './request-target.ts';
import { answerReview, refusal } from './reviews.ts';
import { answerServerPath } from './server-paths.ts';

/** The Kubernetes API of a demo cluster, without its transport: reading only. */
export async function answer(
  request: ApiRequest,
  cluster: DemoCluster,
  address: string,
  now: number,
): Promise<ApiAnswer> {
  const parts = request.path
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart);
  const [root = '', ...rest] = parts;
  if (root === 'api' || root === 'apis') {
    const legacy = root === 'api';
    const groupParts = legacy ? ['', ...rest] : rest;
    return await answerApi(request, legacy, groupParts, cluster, address, now);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw readOnlyPath(request.path, cluster);
  return answerServerPath(parts, request.accept, cluster);
}

async function answerApi(
  request: ApiRequest,
  legacy: boolean,
  parts: readonly string[],
  cluster: DemoCluster,
  address: string,
  now: number,
): Promise<ApiAnswer> {
  const [group, version, ...path] = parts;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (version === undefined || path.length === 0) {
    if (!reading) throw readOnlyPath(request.path, cluster);
    return discover(request, legacy, group, version, cluster, address);
  }
  const target = readTarget(group ?? '', version, path, cluster);
  const { resource, name, subresource, namespace } = target;
  if (resource.warning) request.warn(resource.warning);
  if (request.method === 'POST' && !name && resource.verbs.length === 1 && resource.verbs[0] === 'create') {
    return jsonAnswer(answerReview(resource.kind, await request.body(), cluster, now), 201);
  }
  const watching = ['true', '1'].includes(request.query.get('watch') ?? '');
  const asked: ResourceRequest = {
    verb: verbOf(request.method, name !== '', watching),
    group: resource.group,
    plural: resource.plural,
    subresource,
    namespace,
    name,
  };
  const why = refusal(asked);
  if (why !== null) throw forbidden(cluster.user, asked, why);
  if (!resource.verbs.includes(asked.verb))
    throw new ApiStatusError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    );
  if (subresource !== '') return answerSubresource(request, target, cluster, now);

  const form = formOf(request.accept);
  if (name !== '') {
    return jsonAnswer(
      oneAs(form, getObject(resource, namespace, name, cluster, now), resource, cluster, request.query, now),
    );
  }
  const objects = selectObjects(resource, namespace, request.query, cluster, now);
  if (watching) return watch(request.query, objects, form, resource, cluster, now);
  const { items, metadata } = page(objects, request.query, cluster);
  return jsonAnswer(listAs(form, items, metadata, resource, cluster, request.query, now));
}

function answerSubresource(request: ApiRequest, target: Target, cluster: DemoCluster, now: number): ApiAnswer {
  const { resource, namespace, name, subresource, tail } = target;
  if (!resource.subresources.some((each) => each.name === subresource)) throw noSuchResource();
  const object = getObject(resource, namespace, name, cluster, now);
  if (subresource === 'log') {
    const { text, follow } = podLog(object, request.query, cluster, now);
    return { kind: 'text', body: text, follow };
  }
  if (subresource === 'proxy') return nodeProxy(object, tail, request.query, cluster, now);
  if (subresource === 'scale') {
    return jsonAnswer({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: {
        name,
        namespace,
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
        creationTimestamp: object.metadata.creationTimestamp,
      },
      spec: { replicas: Number(textAt(object, 'spec.replicas') || 0) },
      status: { replicas: Number(textAt(object, 'status.replicas') || 0) },
    });
  }
  return jsonAnswer(oneAs(formOf(request.accept), object, resource, cluster, request.query, now));
}

function watch(
  query: URLSearchParams,
  objects: readonly KubeObject[],
  form: Form,
  resource: ApiResource,
  cluster: DemoCluster,
  now: number,
): ApiAnswer {
  const from = query.get('resourceVersion') ?? '';
  const sendInitial = query.get('sendInitialEvents') === 'true';
  if (!/^\d*$/.test(from)) throw badRequest(`resourceVersion: Invalid value: "${from}"`);
  const present = (object: KubeObject) => oneAs(form, object, resource, cluster, query, now);
  return {
    kind: 'watch',
    // From a version that the client has seen, nothing has happened since: nothing ever does.
    initial: sendInitial || from === '' || from === '0' ? objects : [],
    initialEventsEnd: sendInitial,
    bookmarks: query.get('allowWatchBookmarks') === 'true',
    bookmark: {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata: { resourceVersion: cluster.resourceVersion },
    },
    present,
  };
}

function discover(
  request: ApiRequest,
  legacy: boolean,
  group: string | undefined,
  version: string | undefined,
  cluster: DemoCluster,
  address: string,
): ApiAnswer {
  const top = version === undefined && (legacy || group === undefined);
  if (top) {
    const aggregated =
      /application\/json;\s*g=apidiscovery\.k8s\.io;\s*v=(v2|v2beta1);\s*as=APIGroupDiscoveryList/.exec(
        request.accept ?? '',
      );
    if (aggregated?.[1]) {
      const contentType = `application/json;g=apidiscovery.k8s.io;v=${aggregated[1]};as=APIGroupDiscoveryList`;
      return { kind: 'json', body: aggregatedDiscovery(legacy, cluster.resources, aggregated[1]), contentType };
    }
    return jsonAnswer(legacy ? apiVersions(address) : apiGroupList(cluster.resources));
  }
  const found =
    version === undefined
      ? apiGroup(group ?? '', cluster.resources)
      : apiResourceList(group ?? '', version, cluster.resources);
  if (found === null) throw nothingAt(legacy ? '' : (group ?? ''), cluster);
  return jsonAnswer(found);
}

function readOnlyPath(path: string, cluster: DemoCluster): ApiStatusError {
  return new ApiStatusError(
    403,
    'Forbidden',
    `forbidden: User "${cluster.user}" cannot change path "${path}": this is a read-only demo cluster`,
    {},
  );
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`the path is not well encoded: ${part}`);
  }
}
