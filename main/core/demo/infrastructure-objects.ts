import type { DemoFile, DemoNode } from './demo-file.ts';
import { endpointObjects } from './endpoint-objects.ts';
import { durationMs, kubeTime, listAt, type NewObject, uidOf } from './kube-object.ts';
import { nodeObject } from './node-object.ts';
import type { WorkloadResult } from './workload-objects.ts';

type Pods = WorkloadResult['pods'];

/** Nodes, namespaces with what each one has, endpoints of the services, and metrics. */
export function clusterObjects(file: DemoFile, pods: Pods, objects: readonly NewObject[], now: number): NewObject[] {
  const services = objects.filter((object) => object.kind === 'Service');
  return [
    ...file.nodes.map((node) => nodeObject(node, file, pods, now)),
    ...file.namespaces.flatMap((namespace) => namespaceObjects(namespace, now)),
    ...serviceAccounts(pods, now),
    ...services.flatMap((service) => endpointObjects(service, pods)),
    ...file.nodes.filter((node) => node.ready).map((node) => nodeMetrics(node, now)),
    ...pods
      .filter(({ pod }) => pod.state === 'Running' || pod.state === 'NotReady')
      .map((entry) => podMetrics(entry, now)),
  ];
}

function namespaceObjects(namespace: DemoFile['namespaces'][number], now: number): NewObject[] {
  const { name } = namespace;
  const creationTimestamp = kubeTime(now - durationMs(namespace.age));
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: uidOf('Namespace', '', name),
        creationTimestamp,
        labels: { 'kubernetes.io/metadata.name': name, ...namespace.labels },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace: name,
        uid: uidOf('ConfigMap', name, 'kube-root-ca.crt'),
        creationTimestamp,
      },
      data: {
        'ca.crt':
          '-----BEGIN CERTIFICATE-----\n(the demo clusters make theirs at each start)\n-----END CERTIFICATE-----\n',
      },
    },
    serviceAccount(name, 'default', creationTimestamp),
  ];
}

function serviceAccounts(pods: Pods, now: number): NewObject[] {
  const named = new Map<string, NewObject>();
  for (const { workload } of pods) {
    if (workload.serviceAccount === 'default') continue;
    const key = `${workload.namespace}/${workload.serviceAccount}`;
    named.set(
      key,
      serviceAccount(workload.namespace, workload.serviceAccount, kubeTime(now - durationMs(workload.age))),
    );
  }
  return [...named.values()];
}

function serviceAccount(namespace: string, name: string, creationTimestamp: string): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, uid: uidOf('ServiceAccount', namespace, name), creationTimestamp },
  };
}

function nodeMetrics(node: DemoNode, now: number): NewObject {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: {
      name: node.name,
      uid: '',
      creationTimestamp: kubeTime(now),
      labels: { 'kubernetes.io/hostname': node.name },
    },
    timestamp: kubeTime(now),
    window: '20s',
    usage: { cpu: `${node.usedCpu}m`, memory: `${node.usedMemory}Mi` },
  };
}

function podMetrics({ object, pod, plan }: Pods[number], now: number): NewObject {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      uid: '',
      creationTimestamp: kubeTime(now),
      labels: plan.labels,
    },
    timestamp: kubeTime(now),
    window: '20s',
    containers: listAt(object, 'spec.containers').map((container, index) => ({
      name: container['name'],
      usage: { cpu: `${index === 0 ? pod.cpu : 2}m`, memory: `${index === 0 ? pod.memory : 18}Mi` },
    })),
  };
}
