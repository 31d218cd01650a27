/** Asks for tables as `kubectl get` does. */
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const core = ['namespaces', 'nodes', 'pods', 'services', 'configmaps', 'events', 'endpoints', 'serviceaccounts'];
const lists = [
  ...core.map((name) => `/api/v1/${name}`),
  '/api/v1/persistentvolumes',
  '/api/v1/persistentvolumeclaims',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/replicasets',
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/daemonsets',
  '/apis/batch/v1/jobs',
  '/apis/batch/v1/cronjobs',
  '/apis/forklift.konveyor.io/v1beta1/providers',
  '/apis/forklift.konveyor.io/v1beta1/plans',
];

const asJson = [
  '/version',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps/v1',
  '/apis/forklift.konveyor.io/v1beta1',
  ...lists,

  '/api/v1/namespaces/shop',
  '/apis/apps/v1/namespaces/shop/deployments/storefront',
  '/apis/apps/v1/namespaces/shop/deployments/storefront/scale',
  '/api/v1/pods?limit=2',
  '/api/v1/pods?labelSelector=app%3Dstorefront',
  '/api/v1/pods?labelSelector=app%20in%20(catalog)%2Ctier',
  '/api/v1/pods?fieldSelector=status.phase%3DRunning',
  '/api/v1/events?fieldSelector=type%3DWarning',
  '/api/v1/namespaces/none/pods',
  '/api/v1/pods?labelSelector=%3D%3D',
  '/api/v1/pods?fieldSelector=spec.nothing%3Dx',
  '/api/v1/pods?limit=many',
  '/api/v1/pods?continue=nonsense',
  '/api/v1/namespaces/shop/pods/none',
  '/api/v1/nothing',
  '/apis/none.example/v1',
  '/nothing',
  '/healthz',
  '/readyz',
];

const asTables = [...lists, '/apis/apps/v1/namespaces/shop/deployments/storefront'];

/** Requests of the Kubernetes API itself: lists as JSON and as tables, one object, pages, selectors, discovery, and what goes wrong. */
export const requests: readonly { path: string; accept?: string; form: string }[] = [
  ...asJson.map((path) => ({ path, form: 'as JSON' })),
  ...asTables.map((path) => ({ path, accept: table, form: 'as a table' })),
];
