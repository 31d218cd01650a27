import { type ApiResource, groupVersion } from './api-resources.ts';
import type { Json } from './kube-object.ts';

/** What clients ask to learn which kinds there are (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api). */

export function apiVersions(address: string): Json {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

export function apiGroupList(resources: readonly ApiResource[]): Json {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupNames(resources).map((group) => groupOf(group, resources)),
  };
}

/** One group; null when there is none of that name. */
export function apiGroup(group: string, resources: readonly ApiResource[]): Json | null {
  if (!groupNames(resources).includes(group)) return null;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, resources) };
}

/** The kinds of one group and version; null when there is none. */
export function apiResourceList(group: string, version: string, resources: readonly ApiResource[]): Json | null {
  const chosen = resources.filter((resource) => resource.group === group && resource.version === version);
  if (chosen.length === 0) return null;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersion({ group, version }),
    resources: chosen.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
      },
      ...resource.subresources.map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(sub.version === undefined ? {} : { group: sub.group ?? '', version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

/** Everything of `/api` (`legacy`) or `/apis` in one answer. */
export function aggregatedDiscovery(legacy: boolean, resources: readonly ApiResource[], version: string): Json {
  const groups = legacy ? [''] : groupNames(resources);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versionsOf(group, resources).map((each) => ({
        version: each,
        freshness: 'Current',
        resources: resources
          .filter((resource) => resource.group === group && resource.version === each)
          .map(discovered),
      })),
    })),
  };
}

function discovered(resource: ApiResource): Json {
  return {
    resource: resource.plural,
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.subresources.length > 0
      ? {
          subresources: resource.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: {
              group: sub.group ?? resource.group,
              version: sub.version ?? resource.version,
              kind: sub.kind,
            },
            verbs: sub.verbs,
          })),
        }
      : {}),
  };
}

function groupOf(group: string, resources: readonly ApiResource[]): Json {
  const versions = versionsOf(group, resources).map((version) => ({
    groupVersion: groupVersion({ group, version }),
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function groupNames(resources: readonly ApiResource[]): string[] {
  return [...new Set(resources.map((resource) => resource.group))].filter((group) => group !== '');
}

function versionsOf(group: string, resources: readonly ApiResource[]): string[] {
  return [...new Set(resources.filter((resource) => resource.group === group).map((resource) => resource.version))];
}
