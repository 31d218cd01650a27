import type { DemoFile, DemoNode } from './demo-file.ts';
import { digest, durationMs, kubeTime, listAt, type NewObject, textAt, uidOf } from './kube-object.ts';
import { nodeIp } from './pod-object.ts';
import type { WorkloadResult } from './workload-objects.ts';

type Pods = WorkloadResult['pods'];

/** A node as its kubelet reports it. */
export function nodeObject(node: DemoNode, file: DemoFile, pods: Pods, now: number): NewObject {
  const at = kubeTime(now - durationMs(node.age));
  const heartbeat = kubeTime(node.ready ? now - 40_000 : now - 22 * 60_000);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: node.ready ? at : kubeTime(now - 21 * 60_000),
  });
  const lost = !node.ready;
  const pressure = (type: string, reason: string, message: string) =>
    lost
      ? condition(type, 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.')
      : condition(type, 'False', reason, message);
  const images = [
    ...new Set(
      pods
        .filter(({ pod }) => pod.node === node.name)
        .flatMap(({ object }) => listAt(object, 'spec.containers').map((container) => textAt(container, 'image'))),
    ),
  ];
  const podCidr = `${file.cluster.podNetwork}.${file.nodes.indexOf(node) + 1}.0/24`;
  const capacity = {
    cpu: node.cpu,
    memory: node.memory,
    pods: '110',
    'ephemeral-storage': '101430960Ki',
    'hugepages-2Mi': '0',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      uid: uidOf('Node', file.cluster.name, node.name),
      creationTimestamp: at,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': node.name,
        'topology.kubernetes.io/zone': node.zone,
        'topology.kubernetes.io/region': node.zone.replace(/[a-z]$/, ''),
        ...(node.role ? { [`node-role.kubernetes.io/${node.role}`]: '' } : {}),
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {
      podCIDR: podCidr,
      podCIDRs: [podCidr],
      providerID: `demo://${node.zone}/${node.name}`,
      ...(node.cordoned ? { unschedulable: true } : {}),
      ...(node.taints.length > 0 ? { taints: node.taints } : {}),
    },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [
        pressure('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        pressure('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        pressure('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        lost
          ? condition('Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.')
          : condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address: nodeIp(node, file.nodes) },
        { type: 'Hostname', address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: digest('machine', node.name).slice(0, 32),
        systemUUID: uidOf('system', node.name),
        bootID: uidOf('boot', node.name),
        kernelVersion: '6.1.0-28-cloud-amd64',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        containerRuntimeVersion: 'containerd://1.7.24',
        kubeletVersion: file.cluster.version,
        kubeProxyVersion: file.cluster.version,
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      images: images.map((image) => ({
        names: [image],
        sizeBytes: 20_000_000 + (Number.parseInt(digest(image).slice(0, 6), 16) % 200_000_000),
      })),
    },
  };
}
