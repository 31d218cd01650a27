import { humanAge, type Json, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';
import {
  accessModes,
  autoscalerTargets,
  endpointAddresses,
  jobDuration,
  jobStatus,
  nodeRoles,
  nodeStatus,
  pairs,
  podReady,
  podRestarts,
  podStatus,
  quotaUse,
  servicePorts,
  since,
  templateContainers,
} from './printer-cells.ts';

/** One column of a table answer. `priority` 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer';
  readonly priority: 0 | 1;
  readonly cell: (object: KubeObject, now: number) => string | number;
}

const column = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({
  name,
  type: 'string',
  priority: 0,
  cell,
  ...more,
});
const wide = (name: string, cell: Column['cell']): Column => column(name, cell, { priority: 1 });
const count = (name: string, path: string): Column =>
  column(name, (object) => Number(textAt(object, path) || 0), { type: 'integer' });
const text = (name: string, path: string): Column => column(name, (object) => textAt(object, path) || '<none>');

const name = column('Name', (object) => object.metadata.name);
const age = column('Age', (object, now) => humanAge(Date.parse(object.metadata.creationTimestamp), now));
const containers = wide('Containers', (object) =>
  templateContainers(object)
    .map((each) => textAt(each, 'name'))
    .join(','),
);
const images = wide('Images', (object) =>
  templateContainers(object)
    .map((each) => textAt(each, 'image'))
    .join(','),
);
const selector = wide('Selector', (object) =>
  pairs(valueAt(object, ['spec', 'selector', 'matchLabels']) ?? valueAt(object, ['spec', 'selector'])),
);

/** What kubectl shows of each kind (`pkg/printers/internalversion/printers.go`). */
const columnsByKind: Readonly<Record<string, readonly Column[]>> = {
  Pod: [
    name,
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', podRestarts),
    age,
    wide('IP', (pod) => textAt(pod, 'status.podIP') || '<none>'),
    wide('Node', (pod) => textAt(pod, 'spec.nodeName') || '<none>'),
    wide('Nominated Node', () => '<none>'),
    wide('Readiness Gates', () => '<none>'),
  ],
  Deployment: [
    name,
    column(
      'Ready',
      (object) => `${Number(textAt(object, 'status.readyReplicas') || 0)}/${textAt(object, 'spec.replicas')}`,
    ),
    count('Up-to-date', 'status.updatedReplicas'),
    count('Available', 'status.availableReplicas'),
    age,
    containers,
    images,
    selector,
  ],
  ReplicaSet: [
    name,
    count('Desired', 'spec.replicas'),
    count('Current', 'status.replicas'),
    count('Ready', 'status.readyReplicas'),
    age,
    containers,
    images,
    selector,
  ],
  StatefulSet: [
    name,
    column(
      'Ready',
      (object) => `${Number(textAt(object, 'status.readyReplicas') || 0)}/${textAt(object, 'spec.replicas')}`,
    ),
    age,
    containers,
    images,
  ],
  DaemonSet: [
    name,
    count('Desired', 'status.desiredNumberScheduled'),
    count('Current', 'status.currentNumberScheduled'),
    count('Ready', 'status.numberReady'),
    count('Up-to-date', 'status.updatedNumberScheduled'),
    count('Available', 'status.numberAvailable'),
    column('Node Selector', (object) => pairs(valueAt(object, ['spec', 'template', 'spec', 'nodeSelector']))),
    age,
    containers,
    images,
    selector,
  ],
  Job: [
    name,
    column('Status', jobStatus),
    column(
      'Completions',
      (job) => `${Number(textAt(job, 'status.succeeded') || 0)}/${textAt(job, 'spec.completions')}`,
    ),
    column('Duration', jobDuration),
    age,
    containers,
    images,
  ],
  CronJob: [
    name,
    text('Schedule', 'spec.schedule'),
    column('Timezone', (object) => textAt(object, 'spec.timeZone') || '<none>'),
    column('Suspend', (object) => (textAt(object, 'spec.suspend') === 'true' ? 'True' : 'False')),
    count('Active', 'status.active.length'),
    column('Last Schedule', (object, now) => since(textAt(object, 'status.lastScheduleTime'), now)),
    age,
  ],
  Service: [
    name,
    text('Type', 'spec.type'),
    text('Cluster-IP', 'spec.clusterIP'),
    column(
      'External-IP',
      (object) =>
        listAt(object, 'status.loadBalancer.ingress')
          .map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
          .join(',') || '<none>',
    ),
    column('Port(s)', servicePorts),
    age,
    selector,
  ],
  Node: [
    name,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    age,
    text('Version', 'status.nodeInfo.kubeletVersion'),
    wide(
      'Internal-IP',
      (node) =>
        textAt(
          listAt(node, 'status.addresses').find((each) => each['type'] === 'InternalIP'),
          'address',
        ) || '<none>',
    ),
    wide('External-IP', () => '<none>'),
    wide('OS-Image', (node) => textAt(node, 'status.nodeInfo.osImage')),
    wide('Kernel-Version', (node) => textAt(node, 'status.nodeInfo.kernelVersion')),
    wide('Container-Runtime', (node) => textAt(node, 'status.nodeInfo.containerRuntimeVersion')),
  ],
  Namespace: [name, text('Status', 'status.phase'), age],
  ConfigMap: [
    name,
    column(
      'Data',
      (object) =>
        Object.keys({ ...(object['data'] as Json | undefined), ...(object['binaryData'] as Json | undefined) }).length,
      { type: 'integer' },
    ),
    age,
  ],
  Event: [
    column('Last Seen', (event, now) => since(textAt(event, 'lastTimestamp'), now)),
    text('Type', 'type'),
    text('Reason', 'reason'),
    column(
      'Object',
      (event) => `${textAt(event, 'involvedObject.kind').toLowerCase()}/${textAt(event, 'involvedObject.name')}`,
    ),
    wide('Subobject', (event) => textAt(event, 'involvedObject.fieldPath')),
    wide('Source', (event) => textAt(event, 'source.component')),
    column('Message', (event) => textAt(event, 'message').trim()),
    wide('First Seen', (event, now) => since(textAt(event, 'firstTimestamp'), now)),
    wide('Count', (event) => textAt(event, 'count')),
    wide('Name', (event) => event.metadata.name),
  ],
  Endpoints: [name, column('Endpoints', (object) => endpointAddresses(object)), age],
  EndpointSlice: [
    name,
    text('AddressType', 'addressType'),
    column(
      'Ports',
      (object) =>
        listAt(object, 'ports')
          .map((port) => textAt(port, 'port'))
          .join(',') || '<unset>',
    ),
    column(
      'Endpoints',
      (object) =>
        listAt(object, 'endpoints')
          .flatMap((each) => (Array.isArray(each['addresses']) ? each['addresses'].map(String) : []))
          .join(',') || '<unset>',
    ),
    age,
  ],
  ServiceAccount: [name, column('Secrets', (object) => listAt(object, 'secrets').length, { type: 'integer' }), age],
  PersistentVolumeClaim: [
    name,
    text('Status', 'status.phase'),
    column('Volume', (object) => textAt(object, 'spec.volumeName')),
    column('Capacity', (object) => textAt(object, 'status.capacity.storage')),
    column('Access Modes', accessModes),
    column('StorageClass', (object) => textAt(object, 'spec.storageClassName')),
    column('VolumeAttributesClass', () => '<unset>'),
    age,
    wide('VolumeMode', (object) => textAt(object, 'spec.volumeMode') || '<unset>'),
  ],
  PersistentVolume: [
    name,
    text('Capacity', 'spec.capacity.storage'),
    column('Access Modes', accessModes),
    text('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'),
    text('Status', 'status.phase'),
    column('Claim', (object) =>
      textAt(object, 'spec.claimRef.name')
        ? `${textAt(object, 'spec.claimRef.namespace')}/${textAt(object, 'spec.claimRef.name')}`
        : '',
    ),
    column('StorageClass', (object) => textAt(object, 'spec.storageClassName')),
    column('VolumeAttributesClass', () => '<unset>'),
    column('Reason', () => ''),
    age,
    wide('VolumeMode', (object) => textAt(object, 'spec.volumeMode') || '<unset>'),
  ],
  StorageClass: [
    name,
    text('Provisioner', 'provisioner'),
    text('ReclaimPolicy', 'reclaimPolicy'),
    text('VolumeBindingMode', 'volumeBindingMode'),
    column('AllowVolumeExpansion', (object) => textAt(object, 'allowVolumeExpansion') || 'false'),
    age,
  ],
  Ingress: [
    name,
    column('Class', (object) => textAt(object, 'spec.ingressClassName') || '<none>'),
    column(
      'Hosts',
      (object) =>
        listAt(object, 'spec.rules')
          .map((rule) => textAt(rule, 'host') || '*')
          .join(',') || '*',
    ),
    column('Address', (object) =>
      listAt(object, 'status.loadBalancer.ingress')
        .map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
        .join(','),
    ),
    column('Ports', (object) => (listAt(object, 'spec.tls').length > 0 ? '80, 443' : '80')),
    age,
  ],
  HorizontalPodAutoscaler: [
    name,
    column(
      'Reference',
      (object) => `${textAt(object, 'spec.scaleTargetRef.kind')}/${textAt(object, 'spec.scaleTargetRef.name')}`,
    ),
    column('Targets', autoscalerTargets),
    column('MinPods', (object) => textAt(object, 'spec.minReplicas') || '<unset>'),
    count('MaxPods', 'spec.maxReplicas'),
    count('Replicas', 'status.currentReplicas'),
    age,
  ],
  PodDisruptionBudget: [
    name,
    column('Min Available', (object) => textAt(object, 'spec.minAvailable') || 'N/A'),
    column('Max Unavailable', (object) => textAt(object, 'spec.maxUnavailable') || 'N/A'),
    count('Allowed Disruptions', 'status.disruptionsAllowed'),
    age,
  ],
  ResourceQuota: [
    name,
    column('Request', (object) => quotaUse(object, false)),
    column('Limit', (object) => quotaUse(object, true)),
    age,
  ],
  CustomResourceDefinition: [name, column('Created At', (object) => object.metadata.creationTimestamp)],
};

/** Columns of a kind: the built-in ones, a custom resource's printer columns, or name and age. */
export function columnsOf(kind: string, printerColumns: readonly Json[]): readonly Column[] {
  const known = columnsByKind[kind];
  if (known) return known;
  if (printerColumns.length === 0) return [name, age];
  return [name, ...printerColumns.map(customColumn)];
}

function customColumn(spec: Json): Column {
  const path = textAt(spec, 'jsonPath').replace(/^\./, '');
  const isDate = spec['type'] === 'date';
  // A filter such as conditions[?(@.type=="Ready")].status is the only other form in use.
  const filter = /^(.+)\[\?\(@\.(\w+)==["'](.+)["']\)\]\.(\w+)$/.exec(path);
  const read = (object: KubeObject) => {
    if (!filter) return textAt(object, path);
    const [, list = '', key = '', wanted = '', field = ''] = filter;
    return textAt(
      listAt(object, list).find((item) => textAt(item, key) === wanted),
      field,
    );
  };
  return column(textAt(spec, 'name'), (object, now) => (isDate ? since(read(object), now) : read(object)), {
    priority: spec['priority'] ? 1 : 0,
  });
}
