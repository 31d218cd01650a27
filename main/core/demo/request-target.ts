import type { ApiResource } from './api-resources.ts';
import { type ApiStatusError, noSuchResource, UnknownPathError } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';

/** What a path below a group and version names. */
export interface Target {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly tail: readonly string[];
}

/** Reads a path such as `namespaces/shop/pods/x/log`. Throws a 404 for what there is not. */
export function readTarget(group: string, version: string, path: readonly string[], cluster: DemoCluster): Target {
  const find = (plural: string | undefined) =>
    cluster.resources.find((each) => each.group === group && each.version === version && each.plural === plural);
  const inNamespace = path[0] === 'namespaces' && path.length > 2 ? find(path[2]) : undefined;
  if (inNamespace?.namespaced) {
    return {
      resource: inNamespace,
      namespace: path[1] ?? '',
      name: path[3] ?? '',
      subresource: path[4] ?? '',
      tail: path.slice(5),
    };
  }
  const resource = find(path[0]);
  if (!resource || (resource.namespaced && path.length > 1)) throw nothingAt(group, cluster);
  // Below a namespace stands a kind of object, or one of the few subresources that a namespace has itself.
  if (path[0] === 'namespaces' && path.length > 2 && !resource.subresources.some(({ name }) => name === path[2]))
    throw noSuchResource();
  return { resource, namespace: '', name: path[1] ?? '', subresource: path[2] ?? '', tail: path.slice(3) };
}

/** How a path that leads nowhere is answered: by the part of the API server that serves its group, else by its router. */
export function nothingAt(group: string, cluster: DemoCluster): ApiStatusError | UnknownPathError {
  const own = cluster.resources.some((each) => each.group === group && !each.custom);
  return own ? noSuchResource() : new UnknownPathError();
}

/** The verb of a request, as authorizers call it. */
export function verbOf(method: string, named: boolean, watching: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watching ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}
