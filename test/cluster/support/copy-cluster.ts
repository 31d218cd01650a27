import { eventually } from '../../e2e/support/processes.ts';
import { askKube, type KubePeer } from './kube-rest.ts';

interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: Record<string, unknown> & { name: string; namespace?: string; uid?: string };
  status?: Status;
  [field: string]: unknown;
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly groupVersion: string;
  readonly hasStatus: boolean;
}

/** What others refer to comes first: namespaces, the kinds themselves, what pods name, then owners before what they own. */
const firstKinds = [
  'Namespace',
  'CustomResourceDefinition',
  'Node',
  'PriorityClass',
  'StorageClass',
  'ServiceAccount',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'ReplicaSet',
  'Job',
  'Pod',
];

/** Set by the API server alone. */
const ownedByServer = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'];

export interface Copied {
  readonly copied: number;
  /** Objects that the API server did not accept, with its words. */
  readonly refused: readonly string[];
  /** Kinds that the source does not show. */
  readonly hidden: readonly string[];
}

/**
 * Creates everything that `from` lists in `to`, with status, under the API server's strict validation. What `to` has of its own already stays as it is.
 */
export async function copyCluster(from: KubePeer, to: KubePeer): Promise<Copied> {
  const resources = await listable(from);
  // Events tell about all the others, so they come last.
  const rank = ({ kind }: Resource) =>
    firstKinds.includes(kind) ? firstKinds.indexOf(kind) : firstKinds.length + (kind === 'Event' ? 1 : 0);
  const uids = new Map<string, string>();
  const refused: string[] = [];
  const hidden: string[] = [];
  let copied = 0;
  for (const resource of resources.sort((a, b) => rank(a) - rank(b))) {
    const { code, body } = await askKube(from, { path: `${root(resource.groupVersion)}/${resource.name}` });
    if (code !== 200) {
      hidden.push(resource.name);
      continue;
    }
    for (const item of (body as { items: KubeObject[] }).items) {
      const why = await create(to, resource, item, uids);
      if (why === null) copied += 1;
      else refused.push(`${resource.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}: ${why}`);
    }
    if (resource.kind === 'CustomResourceDefinition') await definitionsServed(from, to);
  }
  return { copied, refused, hidden };
}

/** Kinds that can be listed and created, each in the version that the API prefers. */
async function listable(peer: KubePeer): Promise<Resource[]> {
  const groups = (await askKube(peer, { path: '/apis' })).body as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  const versions = ['v1', ...groups.groups.map((group) => group.preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (groupVersion) => {
      const { body } = await askKube(peer, { path: root(groupVersion) });
      const { resources } = body as { resources: { name: string; kind: string; verbs: string[] }[] };
      return resources
        .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('create'))
        .map(({ name, kind }) => ({
          name,
          kind,
          groupVersion,
          hasStatus: resources.some((sub) => sub.name === `${name}/status`),
        }));
    }),
  );
  // The newer event API lists the same events again.
  return lists.flat().filter(({ groupVersion }) => groupVersion !== 'events.k8s.io/v1');
}

/**
 * Null when it is there now, also when it was there before; else the API server's words. `uids` maps the ones of the source to
 * the new ones, so that owners and events point at the same objects as before.
 */
async function create(
  peer: KubePeer,
  resource: Resource,
  original: KubeObject,
  uids: Map<string, string>,
): Promise<string | null> {
  const { status, ...item } = withNewUids(original, uids);
  const metadata = Object.fromEntries(Object.entries(item.metadata).filter(([key]) => !ownedByServer.includes(key)));
  const namespace = item.metadata.namespace ? `/namespaces/${item.metadata.namespace}` : '';
  const path = `${root(resource.groupVersion)}${namespace}/${resource.name}`;
  const body = { ...item, apiVersion: resource.groupVersion, kind: resource.kind, metadata };
  const present = await askKube(peer, { path: `${path}/${encodeURIComponent(item.metadata.name)}` });
  if (present.code === 200) return null;
  const answer = await askKube(peer, { method: 'POST', path: `${path}?fieldValidation=Strict`, body });
  if (answer.code >= 300) return messageOf(answer.body);
  const created = answer.body as KubeObject;
  uids.set(original.metadata.uid ?? '', created.metadata.uid ?? '');
  if (status === undefined || !resource.hasStatus || resource.kind === 'CustomResourceDefinition') return null;
  const setStatus = (value: unknown) =>
    askKube(peer, {
      method: 'PUT',
      path: `${path}/${encodeURIComponent(item.metadata.name)}/status?fieldValidation=Strict`,
      body: { ...created, status: value },
    });
  const updated = await setStatus(status);
  if (updated.code < 300) return null;
  // What is refused is a fault of its own; with the status mended, everything else about the object can still be compared.
  const mended = await setStatus(mendedStatus(status, created.status));
  if (mended.code >= 300) throw new Error(`${path} ${item.metadata.name}: ${messageOf(mended.body)}`);
  return `status: ${messageOf(updated.body)}`;
}

interface Status {
  qosClass?: string;
  conditions?: { type: string }[];
}

/** With the class that the API server computed, and the conditions that a Job has before it ends. */
function mendedStatus(wanted: Status, given: Status | undefined): Status {
  const before: Record<string, string> = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' };
  const conditions = wanted.conditions?.flatMap((condition) => {
    const earlier = before[condition.type];
    return earlier ? [{ ...condition, type: earlier }, condition] : [condition];
  });
  return {
    ...wanted,
    ...(given?.qosClass ? { qosClass: given.qosClass } : {}),
    ...(conditions ? { conditions } : {}),
  };
}

function withNewUids(object: KubeObject, uids: ReadonlyMap<string, string>): KubeObject {
  return JSON.parse(JSON.stringify(object), (_key, value: unknown) =>
    typeof value === 'string' ? (uids.get(value) ?? value) : value,
  ) as KubeObject;
}

/** An API server serves a new kind a moment after its definition was created. */
async function definitionsServed(from: KubePeer, to: KubePeer): Promise<void> {
  const wanted = (await listable(from)).map(({ groupVersion, name }) => `${root(groupVersion)}/${name}?limit=1`);
  for (const path of wanted) {
    const served = await eventually(async () => (await askKube(to, { path })).code !== 404, 30_000);
    if (!served) throw new Error(`${path} is not served by the API server`);
  }
}

function root(groupVersion: string): string {
  return groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
}

function messageOf(body: unknown): string {
  return (body as { message?: string }).message ?? JSON.stringify(body);
}
