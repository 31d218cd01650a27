import type { DemoNode, DemoPod } from './demo-file.ts';
import { digest, durationMs, type Json, kubeTime, listAt, type NewObject, textAt, uidOf } from './kube-object.ts';
import { qosClass } from './qos-class.ts';

/** What a controller asks for when it makes a pod. */
export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner: Json;
  readonly spec: Json;
  readonly job: boolean;
}

/** A pod as scheduler and kubelet leave it in a given state. */
export function podObject(
  plan: PodPlan,
  pod: DemoPod,
  nodes: readonly DemoNode[],
  network: string,
  now: number,
): NewObject {
  const created = now - durationMs(pod.age);
  const node = nodes.find((each) => each.name === pod.node);
  const unscheduled = pod.state === 'Pending';
  const finished = pod.state === 'Completed' || pod.state === 'Error';
  const running = pod.state === 'Running' || pod.state === 'NotReady';
  const ready = pod.state === 'Running';
  const at = kubeTime(created);
  const ip = podIp(network, plan.name, node ? nodes.indexOf(node) : 0);
  const condition = (type: string, ok: boolean, why: Json = {}) => ({
    type,
    status: ok ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: at,
    ...(ok ? {} : why),
  });
  const unready =
    finished && pod.state === 'Completed'
      ? { reason: 'PodCompleted' }
      : {
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${listAt(plan.spec, 'containers')
            .map((each) => textAt(each, 'name'))
            .join(' ')}]`,
        };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      uid: uidOf('Pod', plan.namespace, plan.name),
      creationTimestamp: at,
      generation: 1,
      labels: plan.labels,
      annotations: plan.annotations,
      ownerReferences: [plan.owner],
      ...(textAt(plan.owner, 'kind') === 'StatefulSet' ? {} : { generateName: plan.name.replace(/[^-]+$/, '') }),
    },
    spec: {
      ...plan.spec,
      ...(plan.job ? { restartPolicy: 'Never' } : {}),
      ...(unscheduled ? {} : { nodeName: pod.node ?? '' }),
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
      tolerations: ['not-ready', 'unreachable'].map((key) => ({
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    },
    status: unscheduled
      ? {
          phase: 'Pending',
          qosClass: qosClass(plan.spec),
          conditions: [
            condition('PodScheduled', false, { reason: 'Unschedulable', message: pod.message ?? 'no node fits' }),
          ],
        }
      : {
          phase:
            pod.state === 'Completed'
              ? 'Succeeded'
              : pod.state === 'Error'
                ? 'Failed'
                : pod.state === 'ImagePullBackOff'
                  ? 'Pending'
                  : 'Running',
          qosClass: qosClass(plan.spec),
          startTime: at,
          hostIP: nodeIp(node, nodes),
          hostIPs: [{ ip: nodeIp(node, nodes) }],
          podIP: ip,
          podIPs: [{ ip }],
          conditions: [
            condition('PodReadyToStartContainers', !finished),
            condition('Initialized', true),
            condition('Ready', ready, unready),
            condition('ContainersReady', ready, unready),
            condition('PodScheduled', true),
          ],
          containerStatuses: listAt(plan.spec, 'containers').map((container, index) =>
            containerStatus(plan, pod, container, index === 0, { running, ready, created, now }),
          ),
        },
  };
}

/** Address of a node in the demo. */
export function nodeIp(node: DemoNode | undefined, nodes: readonly DemoNode[]): string {
  return `10.10.0.${11 + (node ? nodes.indexOf(node) : 0)}`;
}

function containerStatus(
  plan: PodPlan,
  pod: DemoPod,
  container: Json,
  main: boolean,
  state: { running: boolean; ready: boolean; created: number; now: number },
): Json {
  const name = textAt(container, 'name');
  const image = textAt(container, 'image');
  const lastRestart = state.now - durationMs(pod.lastRestart ?? pod.age);
  const ended = (at: number, seconds: number) => ({
    exitCode: pod.exitCode,
    reason: pod.reason ?? (pod.exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: kubeTime(at - seconds * 1000),
    finishedAt: kubeTime(at),
    containerID: `containerd://${digest(plan.name, name, 'last')}`,
  });
  const common = { name, image, restartCount: main ? pod.restarts : 0 };
  if (pod.state === 'ImagePullBackOff') {
    return {
      ...common,
      imageID: '',
      ready: false,
      started: false,
      state: { waiting: { reason: 'ImagePullBackOff', message: pod.message ?? `Back-off pulling image "${image}"` } },
      lastState: {},
    };
  }
  const identity = {
    imageID: `${image.replace(/:[^:/]*$/, '')}@sha256:${digest(image)}`,
    containerID: `containerd://${digest(plan.name, name)}`,
  };
  if (pod.state === 'CrashLoopBackOff' && main) {
    const message = `back-off 5m0s restarting failed container=${name} pod=${plan.name}_${plan.namespace}(${uidOf('Pod', plan.namespace, plan.name)})`;
    return {
      ...common,
      ...identity,
      ready: false,
      started: false,
      state: { waiting: { reason: 'CrashLoopBackOff', message } },
      lastState: { terminated: ended(lastRestart, 4) },
    };
  }
  if (pod.state === 'Completed' || pod.state === 'Error') {
    return {
      ...common,
      ...identity,
      ready: false,
      started: false,
      state: { terminated: ended(state.created + 94_000, 92) },
      lastState: {},
    };
  }
  const restarted = main && pod.restarts > 0;
  return {
    ...common,
    ...identity,
    ready: state.ready || !main,
    started: true,
    state: { running: { startedAt: kubeTime((restarted ? lastRestart : state.created) + 3000) } },
    lastState: restarted ? { terminated: ended(lastRestart, 3600) } : {},
  };
}

function podIp(network: string, name: string, node: number): string {
  return `${network}.${node + 1}.${10 + (Number.parseInt(digest(name).slice(0, 4), 16) % 240)}`;
}
