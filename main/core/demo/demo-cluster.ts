import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { BerthError } from '../../../contract/errors.ts';
import { type ApiResource, apiResources, groupVersion } from './api-resources.ts';
import { type DemoFile, demoFileSchema } from './demo-file.ts';
import { eventObjects } from './event-objects.ts';
import { clusterObjects } from './infrastructure-objects.ts';
import {
  compareText,
  durationMs,
  isJson,
  type Json,
  type KubeObject,
  kubeTime,
  listAt,
  type NewObject,
  textAt,
  uidOf,
} from './kube-object.ts';
import { logLines, workloadObjects } from './workload-objects.ts';

export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** What a container wrote. */
export interface ContainerLog {
  readonly current: readonly LogLine[];
  /** Null when it was never restarted. */
  readonly previous: readonly LogLine[] | null;
}

/** A whole cluster in memory. Nothing in it changes after it was made. */
export interface DemoCluster {
  readonly name: string;
  readonly version: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly resourceVersion: string;
  readonly resources: readonly ApiResource[];
  /** In the order of their keys in etcd, as an API server lists them. */
  objects(resource: ApiResource): readonly KubeObject[];
  log(namespace: string, pod: string, container: string): ContainerLog | null;
}

/**
 * Reads a demo data file, and the custom resource definitions that stand in files beside it. Throws `invalid-config` when it is not one.
 */
export async function loadDemoCluster(path: string, now: number): Promise<DemoCluster> {
  const parsed = demoFileSchema.safeParse(parse(await readFile(path, 'utf8')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BerthError(
      'invalid-config',
      `The demo data ${path} is wrong at ${issue?.path.join('.')}: ${issue?.message}.`,
    );
  }
  const beside = await Promise.all(
    parsed.data.definitions.map(async (name) => parseAllDocuments(await readFile(join(dirname(path), name), 'utf8'))),
  );
  const definitions = beside.flat().map((document): unknown => document.toJS());
  return demoCluster({ ...parsed.data, objects: [...definitions.filter(isJson), ...parsed.data.objects] }, now);
}

/** Makes the cluster that a data file describes, as it would look at `now`. */
export function demoCluster(file: DemoFile, now: number): DemoCluster {
  const { cluster } = file;
  const workloads = file.workloads.map((workload) => workloadObjects(workload, file.nodes, cluster.podNetwork, now));
  const pods = workloads.flatMap((result) => result.pods);
  const manifests = file.objects.map((manifest) => readManifest(manifest, now));
  const base = [...workloads.flatMap((result) => result.objects), ...manifests];
  const infrastructure = clusterObjects(file, pods, base, now);
  const events = eventObjects(file, pods, [...base, ...infrastructure], now);
  const resourceVersion = String(184_000 + base.length * 37);
  const objects = [...infrastructure, ...base, ...events].map((object, index) => complete(object, index));

  const byKind = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const key = `${object.apiVersion}/${object.kind}`;
    byKind.set(key, [...(byKind.get(key) ?? []), object]);
  }
  for (const list of byKind.values()) list.sort((a, b) => compareText(keyOf(a), keyOf(b)));

  const logs = new Map<string, ContainerLog>();
  for (const { object, workload, pod } of pods) {
    for (const status of listAt(object, 'status.containerStatuses')) {
      const container = textAt(status, 'name');
      if (textAt(status, 'state.waiting.reason') === 'ImagePullBackOff') continue;
      const ended = textAt(status, 'state.terminated.finishedAt') || textAt(status, 'lastState.terminated.finishedAt');
      const runs = isJson(status['state']) && 'running' in status['state'];
      const log = workload.logs[container] ?? {
        lines: [`${container} ${textAt(status, 'image')}: started`],
        first: [],
        every: 1,
        count: 1,
      };
      const previous = workload.previousLogs[container] ?? log;
      const end = ended === '' ? now : Date.parse(ended);
      logs.set(`${object.metadata['namespace']}/${object.metadata.name}/${container}`, {
        current: logLines(log, runs ? now : end),
        previous:
          pod.restarts > 0 && textAt(status, 'lastState.terminated.reason') !== '' ? logLines(previous, end) : null,
      });
    }
  }
  return {
    name: cluster.name,
    version: cluster.version,
    user: cluster.user,
    groups: cluster.groups,
    resourceVersion,
    resources: apiResources(objects),
    objects: (resource) => byKind.get(`${groupVersion(resource)}/${resource.kind}`) ?? [],
    log: (namespace, pod, container) => logs.get(`${namespace}/${pod}/${container}`) ?? null,
  };
}

/** Fills in what a person leaves out of a manifest. */
function readManifest(manifest: Json, now: number): NewObject {
  const read = withTimes(manifest, now);
  const metadata = isJson(read) ? read['metadata'] : undefined;
  if (!isJson(read) || !isJson(metadata) || typeof metadata['name'] !== 'string') {
    throw new BerthError('invalid-config', 'An object of the demo data has no metadata.name.');
  }
  const { age, ...rest } = metadata;
  const kind = textAt(read, 'kind');
  const created = now - durationMs(typeof age === 'string' ? age : '30d');
  return {
    ...read,
    ...(kind === 'Service' ? { spec: { ...serviceDefaults, ...(isJson(read['spec']) ? read['spec'] : {}) } } : {}),
    apiVersion: textAt(read, 'apiVersion'),
    kind,
    metadata: {
      ...rest,
      name: metadata['name'],
      uid: uidOf(kind, textAt(rest, 'namespace'), metadata['name']),
      creationTimestamp: kubeTime(created),
    },
  };
}

/** What the API server fills in. */
const serviceDefaults = { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };

/** Replaces texts such as `ago 3d4h` by times. */
function withTimes(value: unknown, now: number): unknown {
  if (typeof value === 'string') {
    const match = /^ago ((\d+[dhms])+)$/.exec(value);
    return match?.[1] ? kubeTime(now - durationMs(match[1])) : value;
  }
  if (Array.isArray(value)) return value.map((item) => withTimes(item, now));
  if (isJson(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTimes(item, now)]));
  return value;
}

function complete(object: NewObject, index: number): KubeObject {
  const { name, namespace, uid, creationTimestamp, ...others } = object.metadata;
  // The API leaves empty maps out.
  const rest = Object.fromEntries(
    Object.entries(others).filter(([, value]) => !isJson(value) || Object.keys(value).length > 0),
  );
  return {
    ...object,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(typeof namespace === 'string' ? { namespace } : {}),
      uid: String(uid),
      resourceVersion: String(1200 + index * 37),
      creationTimestamp: String(creationTimestamp),
      ...rest,
    },
  };
}

/** The end of the key under which etcd keeps an object: `shop-pr-1482/…` comes before `shop/…`. */
function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
