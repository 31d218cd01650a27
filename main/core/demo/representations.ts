import { type ApiResource, groupVersion } from './api-resources.ts';
import { ApiStatusError, badRequest } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { type Json, type KubeObject, listAt, textAt } from './kube-object.ts';
import { columnsOf } from './printers.ts';

/** The forms in which objects can be asked for by `Accept` (https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources). */
export type Form = 'object' | 'table' | 'metadata';

/** Which form a request wants. Throws a 406 Status when it takes nothing that the demo speaks. */
export function formOf(accept: string | undefined): Form {
  const ranges = (accept ?? '*/*').split(',').map((range) =>
    range
      .trim()
      .split(';')
      .map((part) => part.trim()),
  );
  for (const [type = '', ...parameters] of ranges) {
    if (!['application/json', 'application/*', '*/*', ''].includes(type.toLowerCase())) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    // Older versions of these forms are the same; the answer is in v1.
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2) ?? 'v1';
    if (version !== 'v1') continue;
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  throw new ApiStatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

/** One object in the form asked for. */
export function oneAs(
  form: Form,
  object: KubeObject,
  resource: ApiResource,
  cluster: DemoCluster,
  query: URLSearchParams,
  now: number,
): Json {
  if (form === 'table')
    return table([object], { resourceVersion: object.metadata.resourceVersion }, resource, cluster, query, now);
  return form === 'metadata' ? partial(object) : object;
}

/** A list in the form asked for. `metadata` is the list's. */
export function listAs(
  form: Form,
  objects: readonly KubeObject[],
  metadata: Json,
  resource: ApiResource,
  cluster: DemoCluster,
  query: URLSearchParams,
  now: number,
): Json {
  if (form === 'table') return table(objects, metadata, resource, cluster, query, now);
  if (form === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(partial) };
  }
  // Items of Kubernetes' own kinds come without kind and version, those of custom ones with.
  return {
    kind: `${resource.kind}List`,
    apiVersion: groupVersion(resource),
    metadata,
    items: resource.custom ? objects : objects.map(({ apiVersion: _apiVersion, kind: _kind, ...rest }) => rest),
  };
}

function table(
  objects: readonly KubeObject[],
  metadata: Json,
  resource: ApiResource,
  cluster: DemoCluster,
  query: URLSearchParams,
  now: number,
): Json {
  const include = query.get('includeObject') ?? 'Metadata';
  if (!['None', 'Metadata', 'Object'].includes(include))
    throw badRequest(`unrecognized includeObject value: "${include}"`);
  const definition = definitionOf(resource, cluster);
  const version = listAt(definition, 'spec.versions').find((each) => each['name'] === resource.version);
  const columns = columnsOf(resource.kind, listAt(version, 'additionalPrinterColumns'));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: `${name} of the ${resource.kind}`,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partial(object) }),
    })),
  };
}

function partial(object: KubeObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function definitionOf(resource: ApiResource, cluster: DemoCluster): KubeObject | undefined {
  if (!resource.custom) return undefined;
  const definitions = cluster.resources.find((each) => each.plural === 'customresourcedefinitions');
  return (
    definitions &&
    cluster
      .objects(definitions)
      .find(
        (definition) =>
          textAt(definition, 'spec.group') === resource.group &&
          textAt(definition, 'spec.names.plural') === resource.plural,
      )
  );
}
