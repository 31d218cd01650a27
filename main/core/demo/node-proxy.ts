import type { ApiAnswer } from './api-exchange.ts';
import { UnknownPathError } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { type Json, type KubeObject, kubeTime, listAt, textAt } from './kube-object.ts';

/** What a node's kubelet answers through the API server: `stats/summary`, `healthz`, `logs/`. */
export function nodeProxy(
  node: KubeObject,
  path: readonly string[],
  query: URLSearchParams,
  cluster: DemoCluster,
  now: number,
): ApiAnswer {
  switch (path[0]) {
    case 'healthz':
      return { kind: 'text', body: 'ok' };
    case 'stats':
      return { kind: 'json', body: statsSummary(node, cluster, now) };
    case 'logs':
      return { kind: 'text', body: nodeLog(node, query, now) };
    default:
      throw new UnknownPathError();
  }
}

function statsSummary(node: KubeObject, cluster: DemoCluster, now: number): Json {
  const time = kubeTime(now);
  const find = (kind: string) => {
    const resource = cluster.resources.find((each) => each.kind === kind);
    return resource ? cluster.objects(resource) : [];
  };
  const usage = (value: unknown): { cpu: Json; memory: Json } => {
    const milli = Number.parseInt(textAt(value, 'usage.cpu'), 10) || 0;
    const bytes = (Number.parseInt(textAt(value, 'usage.memory'), 10) || 0) * 1024 * 1024;
    return {
      cpu: { time, usageNanoCores: milli * 1_000_000 },
      memory: { time, usageBytes: bytes, workingSetBytes: bytes },
    };
  };
  const { name } = node.metadata;
  const here = find('Pod').filter((pod) => textAt(pod, 'spec.nodeName') === name);
  const metrics = find('PodMetrics');
  return {
    node: {
      nodeName: name,
      startTime: node.metadata.creationTimestamp,
      ...usage(find('NodeMetrics').find((each) => each.metadata.name === name)),
    },
    pods: here.map((pod) => {
      const measured = metrics.find(
        (each) => each.metadata.name === pod.metadata.name && each.metadata.namespace === pod.metadata.namespace,
      );
      return {
        podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
        startTime: pod.metadata.creationTimestamp,
        containers: listAt(measured, 'containers').map((container) => ({
          name: container['name'],
          startTime: pod.metadata.creationTimestamp,
          ...usage(container),
        })),
      };
    }),
  };
}

function nodeLog(node: KubeObject, query: URLSearchParams, now: number): string {
  const unit = query.get('query') || 'kubelet';
  const lines = [
    `Starting ${unit} on ${node.metadata.name}`,
    `Node ${node.metadata.name} status is now: NodeReady`,
    'SyncLoop (housekeeping) took less than 1s',
    'Container runtime status check: ok',
    'Image garbage collection succeeded',
  ];
  const tail = Number(query.get('tailLines') ?? lines.length);
  const text = lines.map(
    (line, index) => `${kubeTime(now - (lines.length - index) * 60_000)} ${node.metadata.name} ${unit}[812]: ${line}`,
  );
  return `${text.slice(-Math.max(1, Number.isFinite(tail) ? tail : lines.length)).join('\n')}\n`;
}
