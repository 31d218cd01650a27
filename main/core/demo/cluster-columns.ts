import { age, type Column, column, createdAt, loadBalancer, name, selectorAt, text, wide } from './column.ts';
import { isJson, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';
import {
  accessModes,
  endpointAddresses,
  nodeRoles,
  nodeStatus,
  pairs,
  quotaUse,
  servicePorts,
  since,
} from './printer-cells.ts';

const volumeColumns: readonly Column[] = [
  column('StorageClass', (object) => textAt(object, 'spec.storageClassName')),
  column('VolumeAttributesClass', () => '<unset>'),
];
const volumeMode = wide('VolumeMode', (object) => textAt(object, 'spec.volumeMode') || '<unset>');
const isDefaultClass = 'storageclass.kubernetes.io/is-default-class';

/** What kubectl shows of everything that is no workload (`pkg/printers/internalversion/printers.go`). */
export const clusterColumns: Readonly<Record<string, readonly Column[]>> = {
  Service: [
    name,
    text('Type', 'spec.type'),
    text('Cluster-IP', 'spec.clusterIP'),
    column('External-IP', externalAddress),
    column('Port(s)', servicePorts),
    age,
    wide('Selector', (object) => pairs(valueAt(object, ['spec', 'selector']))),
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
      (object) => Object.keys(asMap(object, 'data')).length + Object.keys(asMap(object, 'binaryData')).length,
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
    wide('Count', (event) => Number(textAt(event, 'count'))),
    wide('Name', (event) => event.metadata.name),
  ],
  Endpoints: [name, column('Endpoints', endpointAddresses), age],
  EndpointSlice: [
    name,
    text('AddressType', 'addressType'),
    column('Ports', (object) => upToThree(listAt(object, 'ports').map((port) => textAt(port, 'port')))),
    column('Endpoints', (object) =>
      upToThree(
        listAt(object, 'endpoints').flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses.map(String) : [])),
      ),
    ),
    age,
  ],
  ServiceAccount: [name, column('Secrets', (object) => listAt(object, 'secrets').length), age],
  PersistentVolumeClaim: [
    name,
    text('Status', 'status.phase'),
    column('Volume', (object) => textAt(object, 'spec.volumeName')),
    // What the claim got, not what it asked for.
    column('Capacity', (object) => (isBound(object) ? textAt(object, 'status.capacity.storage') : '')),
    column('Access Modes', (object) =>
      isBound(object) ? accessModes(valueAt(object, ['status', 'accessModes'])) : '',
    ),
    ...volumeColumns,
    age,
    volumeMode,
  ],
  PersistentVolume: [
    name,
    text('Capacity', 'spec.capacity.storage'),
    column('Access Modes', (object) => accessModes(valueAt(object, ['spec', 'accessModes']))),
    text('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'),
    text('Status', 'status.phase'),
    column('Claim', (object) =>
      textAt(object, 'spec.claimRef.name')
        ? `${textAt(object, 'spec.claimRef.namespace')}/${textAt(object, 'spec.claimRef.name')}`
        : '',
    ),
    ...volumeColumns,
    column('Reason', () => ''),
    age,
    volumeMode,
  ],
  StorageClass: [
    column('Name', ({ metadata }) =>
      metadata.annotations?.[isDefaultClass] === 'true' ? `${metadata.name} (default)` : metadata.name,
    ),
    text('Provisioner', 'provisioner'),
    text('ReclaimPolicy', 'reclaimPolicy'),
    text('VolumeBindingMode', 'volumeBindingMode'),
    column('AllowVolumeExpansion', (object) => object['allowVolumeExpansion'] === true),
    age,
  ],
  Ingress: [
    name,
    text('Class', 'spec.ingressClassName'),
    column(
      'Hosts',
      (object) =>
        listAt(object, 'spec.rules')
          .map((rule) => textAt(rule, 'host') || '*')
          .join(',') || '*',
    ),
    column('Address', loadBalancer),
    column('Ports', (object) => (listAt(object, 'spec.tls').length > 0 ? '80, 443' : '80')),
    age,
  ],
  NetworkPolicy: [name, { ...selectorAt('spec', 'podSelector'), name: 'Pod-Selector', priority: 0 }, age],
  Lease: [name, column('Holder', (object) => textAt(object, 'spec.holderIdentity')), age],
  LimitRange: [name, createdAt],
  ResourceQuota: [
    name,
    column('Request', (object) => quotaUse(object, false)),
    column('Limit', (object) => quotaUse(object, true)),
    age,
  ],
  CustomResourceDefinition: [name, createdAt],
};

function externalAddress(service: KubeObject): string {
  return loadBalancer(service) || (textAt(service, 'spec.type') === 'LoadBalancer' ? '<pending>' : '<none>');
}

function isBound(claim: KubeObject): boolean {
  return textAt(claim, 'spec.volumeName') !== '';
}

function asMap(object: KubeObject, key: string): object {
  const value = object[key];
  return isJson(value) ? value : {};
}

function upToThree(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>';
  return texts.slice(0, 3).join(',') + (texts.length > 3 ? ` + ${texts.length - 3} more...` : '');
}
