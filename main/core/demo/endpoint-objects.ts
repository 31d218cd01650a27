import { digest, listAt, type NewObject, textAt, uidOf, valueAt } from './kube-object.ts';
import type { WorkloadResult } from './workload-objects.ts';

type Pods = WorkloadResult['pods'];

/** What the endpoints controllers make of a service and the pods that it selects. */
export function endpointObjects(service: NewObject, pods: Pods): NewObject[] {
  const selector = Object.entries((valueAt(service, ['spec', 'selector']) as Record<string, string> | undefined) ?? {});
  if (selector.length === 0) return [];
  const namespace = textAt(service, 'metadata.namespace');
  const name = service.metadata.name;
  const chosen = pods.filter(
    ({ plan, pod }) =>
      plan.namespace === namespace &&
      !['Pending', 'Completed', 'Error'].includes(pod.state) &&
      selector.every(([key, value]) => plan.labels[key] === value),
  );
  const ports = listAt(service, 'spec.ports').map((port) => ({
    ...(port['name'] ? { name: port['name'] } : {}),
    port: typeof port['targetPort'] === 'number' ? port['targetPort'] : port['port'],
    protocol: port['protocol'] ?? 'TCP',
  }));
  const target = (object: NewObject) => ({
    kind: 'Pod',
    namespace,
    name: object.metadata.name,
    uid: textAt(object, 'metadata.uid'),
  });
  const address = ({ object, pod }: Pods[number]) => ({
    ip: textAt(object, 'status.podIP'),
    nodeName: pod.node ?? '',
    targetRef: target(object),
  });
  const ready = chosen.filter(({ pod }) => pod.state === 'Running');
  const notReady = chosen.filter(({ pod }) => pod.state !== 'Running');
  const common = { creationTimestamp: service.metadata['creationTimestamp'], namespace };
  return [
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        ...common,
        name,
        uid: uidOf('Endpoints', namespace, name),
        labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
      },
      ...(chosen.length === 0
        ? {}
        : {
            subsets: [
              {
                ...(ready.length > 0 ? { addresses: ready.map(address) } : {}),
                ...(notReady.length > 0 ? { notReadyAddresses: notReady.map(address) } : {}),
                ports,
              },
            ],
          }),
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        ...common,
        name: `${name}-${digest(namespace, name).slice(0, 5)}`,
        uid: uidOf('EndpointSlice', namespace, name),
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
      },
      addressType: 'IPv4',
      endpoints: chosen.map(({ object, pod }) => ({
        addresses: [textAt(object, 'status.podIP')],
        conditions: { ready: pod.state === 'Running', serving: pod.state === 'Running', terminating: false },
        nodeName: pod.node ?? '',
        targetRef: target(object),
      })),
      ports: ports.map((port) => ({ name: '', ...port })),
    },
  ];
}
