import { isJson, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';

/** One kind that the API serves. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** What a real API server offers; who may do it is another question. */
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Comes from a custom resource definition. */
  readonly custom: boolean;
  /** Said in a `Warning` header with each answer. */
  readonly warning?: string;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

const every = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const status = (kind: string): Subresource => ({ name: 'status', kind, verbs: ['get', 'patch', 'update'] });
const scale: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};

type Extra = Partial<
  Pick<ApiResource, 'singular' | 'shortNames' | 'categories' | 'verbs' | 'subresources' | 'custom' | 'warning'>
>;

function resource(
  group: string,
  version: string,
  kind: string,
  plural: string,
  namespaced: boolean,
  extra: Extra = {},
): ApiResource {
  return {
    group,
    version,
    plural,
    kind,
    namespaced,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: every,
    subresources: [],
    custom: false,
    ...extra,
  };
}

const all = { categories: ['all'] };

/** Kinds of Kubernetes itself that the demo serves; their discovery is a real API server's. */
const builtIn: readonly ApiResource[] = [
  resource('', 'v1', 'Namespace', 'namespaces', false, {
    shortNames: ['ns'],
    subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }, status('Namespace')],
  }),
  resource('', 'v1', 'Node', 'nodes', false, {
    shortNames: ['no'],
    subresources: [
      { name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
      status('Node'),
    ],
  }),
  resource('', 'v1', 'Pod', 'pods', true, {
    shortNames: ['po'],
    ...all,
    subresources: [
      { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
      { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
      { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
      { name: 'log', kind: 'Pod', verbs: ['get'] },
      { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
      status('Pod'),
    ],
  }),
  resource('', 'v1', 'Service', 'services', true, { shortNames: ['svc'], ...all, subresources: [status('Service')] }),
  resource('', 'v1', 'ReplicationController', 'replicationcontrollers', true, {
    shortNames: ['rc'],
    ...all,
    subresources: [scale, status('ReplicationController')],
  }),
  resource('', 'v1', 'ConfigMap', 'configmaps', true, { shortNames: ['cm'] }),
  resource('', 'v1', 'Secret', 'secrets', true),
  resource('', 'v1', 'Event', 'events', true, { shortNames: ['ev'] }),
  resource('', 'v1', 'Endpoints', 'endpoints', true, {
    shortNames: ['ep'],
    warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  }),
  resource('', 'v1', 'ServiceAccount', 'serviceaccounts', true, {
    shortNames: ['sa'],
    subresources: [
      { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
    ],
  }),
  resource('', 'v1', 'PersistentVolume', 'persistentvolumes', false, {
    shortNames: ['pv'],
    subresources: [status('PersistentVolume')],
  }),
  resource('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true, {
    shortNames: ['pvc'],
    subresources: [status('PersistentVolumeClaim')],
  }),
  resource('', 'v1', 'LimitRange', 'limitranges', true, { shortNames: ['limits'] }),
  resource('', 'v1', 'ResourceQuota', 'resourcequotas', true, {
    shortNames: ['quota'],
    subresources: [status('ResourceQuota')],
  }),
  resource('apps', 'v1', 'Deployment', 'deployments', true, {
    shortNames: ['deploy'],
    ...all,
    subresources: [scale, status('Deployment')],
  }),
  resource('apps', 'v1', 'ReplicaSet', 'replicasets', true, {
    shortNames: ['rs'],
    ...all,
    subresources: [scale, status('ReplicaSet')],
  }),
  resource('apps', 'v1', 'StatefulSet', 'statefulsets', true, {
    shortNames: ['sts'],
    ...all,
    subresources: [scale, status('StatefulSet')],
  }),
  resource('apps', 'v1', 'DaemonSet', 'daemonsets', true, {
    shortNames: ['ds'],
    ...all,
    subresources: [status('DaemonSet')],
  }),
  resource('batch', 'v1', 'Job', 'jobs', true, { ...all, subresources: [status('Job')] }),
  resource('batch', 'v1', 'CronJob', 'cronjobs', true, {
    shortNames: ['cj'],
    ...all,
    subresources: [status('CronJob')],
  }),
  resource('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true, {
    shortNames: ['hpa'],
    ...all,
    subresources: [status('HorizontalPodAutoscaler')],
  }),
  resource('networking.k8s.io', 'v1', 'Ingress', 'ingresses', true, {
    shortNames: ['ing'],
    subresources: [status('Ingress')],
  }),
  resource('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies', true, { shortNames: ['netpol'] }),
  resource('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices', true),
  resource('storage.k8s.io', 'v1', 'StorageClass', 'storageclasses', false, { shortNames: ['sc'] }),
  resource('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true, {
    shortNames: ['pdb'],
    subresources: [status('PodDisruptionBudget')],
  }),
  resource('coordination.k8s.io', 'v1', 'Lease', 'leases', true),
  resource('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', false, {
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: [status('CustomResourceDefinition')],
  }),
  resource('authentication.k8s.io', 'v1', 'SelfSubjectReview', 'selfsubjectreviews', false, { verbs: ['create'] }),
  resource('authorization.k8s.io', 'v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false, {
    verbs: ['create'],
  }),
  resource('authorization.k8s.io', 'v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', false, {
    verbs: ['create'],
  }),
  resource('metrics.k8s.io', 'v1beta1', 'NodeMetrics', 'nodes', false, { singular: '', verbs: ['get', 'list'] }),
  resource('metrics.k8s.io', 'v1beta1', 'PodMetrics', 'pods', true, { singular: '', verbs: ['get', 'list'] }),
];

/** Everything that a cluster with these custom resource definitions serves. */
export function apiResources(objects: readonly KubeObject[]): ApiResource[] {
  const custom = objects
    .filter((object) => object.kind === 'CustomResourceDefinition')
    .flatMap((definition) =>
      listAt(definition, 'spec.versions')
        .filter((version) => version['served'] === true)
        .map((version) => {
          const kind = textAt(definition, 'spec.names.kind');
          const names = (key: string) => {
            const list = valueAt(definition, ['spec', 'names', key]);
            return Array.isArray(list) ? list.map(String) : [];
          };
          const hasStatus = isJson(valueAt(version, ['subresources', 'status']));
          return resource(
            textAt(definition, 'spec.group'),
            textAt(version, 'name'),
            kind,
            textAt(definition, 'spec.names.plural'),
            textAt(definition, 'spec.scope') === 'Namespaced',
            {
              singular: textAt(definition, 'spec.names.singular') || kind.toLowerCase(),
              shortNames: names('shortNames'),
              categories: names('categories'),
              subresources: hasStatus ? [status(kind)] : [],
              custom: true,
            },
          );
        }),
    );
  return [...builtIn, ...custom];
}

/** `v1` or `apps/v1`. */
export function groupVersion({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
