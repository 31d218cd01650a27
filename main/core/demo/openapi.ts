import { type ApiResource, groupVersion } from './api-resources.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { digest, isJson, type Json, listAt, textAt, valueAt } from './kube-object.ts';

/** Which documents there are, as `/openapi/v3` says it. */
export function openApiIndex(resources: readonly ApiResource[]): Json {
  const prefixes = [...new Set(resources.map(prefixOf))];
  return {
    paths: Object.fromEntries(
      prefixes.map((prefix) => [
        prefix,
        { serverRelativeURL: `/openapi/v3/${prefix}?hash=${digest(prefix).slice(0, 32).toUpperCase()}` },
      ]),
    ),
  };
}

/**
 * The OpenAPI v3 document of one group and version, e.g. `apis/apps/v1`; null when there is none. Kubernetes' own kinds are described
 * by what the demo's objects hold, custom ones by their definition.
 */
export function openApiDocument(prefix: string, cluster: DemoCluster): Json | null {
  const resources = cluster.resources.filter((resource) => prefixOf(resource) === prefix);
  if (resources.length === 0) return null;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: cluster.version },
    paths: Object.assign({}, ...resources.map((resource) => pathsOf(resource, prefix))) as Json,
    components: {
      schemas: Object.fromEntries(resources.map((resource) => [schemaName(resource), schemaOf(resource, cluster)])),
    },
  };
}

/** The same as one Swagger 2 document. */
export function openApiV2(cluster: DemoCluster): Json {
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: cluster.version },
    paths: Object.assign({}, ...cluster.resources.map((resource) => pathsOf(resource, prefixOf(resource)))) as Json,
    definitions: Object.fromEntries(
      cluster.resources.map((resource) => [schemaName(resource), schemaOf(resource, cluster)]),
    ),
  };
}

function prefixOf(resource: ApiResource): string {
  return `${resource.group === '' ? 'api' : 'apis'}/${groupVersion(resource)}`;
}

function schemaName({ group, version, kind }: ApiResource): string {
  return `io.k8s.api.${group === '' ? 'core' : group}.${version}.${kind}`;
}

function kindOf({ group, version, kind }: ApiResource): Json {
  return { group, version, kind };
}

function pathsOf(resource: ApiResource, prefix: string): Json {
  const collection = resource.namespaced
    ? `/${prefix}/namespaces/{namespace}/${resource.plural}`
    : `/${prefix}/${resource.plural}`;
  const operation = (action: string) => ({
    description: `${action} objects of kind ${resource.kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(resource),
    responses: { 200: { description: 'OK' } },
  });
  const paths: Json = {};
  if (resource.verbs.includes('get')) paths[`${collection}/{name}`] = { get: operation('get') };
  paths[collection] = resource.verbs.includes('list') ? { get: operation('list') } : { post: operation('post') };
  return paths;
}

function schemaOf(resource: ApiResource, cluster: DemoCluster): Json {
  const custom = definedSchema(resource, cluster);
  const inferred = inferSchema(cluster.objects(resource), 0);
  const properties = {
    ...(isJson(inferred['properties']) ? inferred['properties'] : {}),
    ...(isJson(custom?.['properties']) ? custom['properties'] : {}),
  };
  return {
    type: 'object',
    description:
      textAt(custom, 'description') ||
      `${resource.kind} as this demo cluster holds it: the fields below are those that its objects use.`,
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: 'Version of the schema of this representation of an object.' },
      kind: { type: 'string', description: 'The REST resource that this object represents.' },
      metadata: {
        type: 'object',
        description: 'Standard object metadata.',
        properties: valueAt(properties, ['metadata', 'properties']) ?? {},
      },
    },
    'x-kubernetes-group-version-kind': [kindOf(resource)],
  };
}

function definedSchema(resource: ApiResource, cluster: DemoCluster): Json | undefined {
  const definitions = cluster.resources.find((each) => each.plural === 'customresourcedefinitions');
  const definition =
    definitions &&
    cluster
      .objects(definitions)
      .find(
        (each) => textAt(each, 'spec.group') === resource.group && textAt(each, 'spec.names.kind') === resource.kind,
      );
  const version = listAt(definition, 'spec.versions').find((each) => each['name'] === resource.version);
  const schema = valueAt(version, ['schema', 'openAPIV3Schema']);
  return isJson(schema) ? schema : undefined;
}

/** A schema that all these values satisfy. */
function inferSchema(values: readonly unknown[], depth: number): Json {
  const present = values.filter((value) => value !== null && value !== undefined);
  const objects = present.filter(isJson);
  if (objects.length > 0 && objects.length === present.length) {
    const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))].filter((key) =>
      /^[A-Za-z][A-Za-z0-9]*$/.test(key),
    );
    const isMap = objects.some((object) => Object.keys(object).some((key) => !/^[A-Za-z][A-Za-z0-9]*$/.test(key)));
    if (isMap || depth > 8) return { type: 'object', additionalProperties: {} };
    return {
      type: 'object',
      properties: Object.fromEntries(
        keys.map((key) => [
          key,
          inferSchema(
            objects.map((object) => object[key]),
            depth + 1,
          ),
        ]),
      ),
    };
  }
  if (present.length > 0 && present.every(Array.isArray)) {
    return { type: 'array', items: inferSchema((present as unknown[][]).flat(), depth + 1) };
  }
  const types = new Set(present.map((value) => typeof value));
  if (types.size === 1) {
    if (types.has('string')) return { type: 'string' };
    if (types.has('boolean')) return { type: 'boolean' };
    if (types.has('number')) return { type: present.every(Number.isInteger) ? 'integer' : 'number' };
  }
  return { 'x-kubernetes-preserve-unknown-fields': true, type: 'object' };
}
