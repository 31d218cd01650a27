import type { DemoLog, DemoNode, DemoPod, DemoWorkload } from './demo-file.ts';
import { digest, durationMs, type Json, kubeTime, type NewObject, nameSuffix, uidOf } from './kube-object.ts';
import { type PodPlan, podObject } from './pod-object.ts';
import { deploymentConditions, jobObject, podSpec, podTime, replicaSet } from './workload-parts.ts';

export interface WorkloadResult {
  readonly objects: NewObject[];
  readonly pods: readonly {
    readonly plan: PodPlan;
    readonly object: NewObject;
    readonly pod: DemoPod;
    readonly workload: DemoWorkload;
  }[];
}

/** What the controllers of a cluster make of a workload: itself with its status, its replica sets and its pods. */
export function workloadObjects(
  workload: DemoWorkload,
  nodes: readonly DemoNode[],
  network: string,
  now: number,
): WorkloadResult {
  const { kind, name, namespace, labels } = workload;
  const created = now - durationMs(workload.age);
  const selector = { matchLabels: labels };
  const owner = (ownerKind: string, apiVersion: string, ownerName: string) => ({
    apiVersion,
    kind: ownerKind,
    name: ownerName,
    uid: uidOf(ownerKind, namespace, ownerName),
    controller: true,
    blockOwnerDeletion: true,
  });
  const templateOf = (templateLabels: Json) => ({
    metadata: { labels: templateLabels },
    spec: podSpec(workload),
  });
  const total = workload.pods.length;
  const ready = workload.pods.filter((pod) => pod.state === 'Running').length;
  const meta = (extra: Json = {}) => ({
    name,
    namespace,
    uid: uidOf(kind, namespace, name),
    creationTimestamp: kubeTime(created),
    generation: workload.revision,
    labels,
    annotations: { ...workload.annotations },
    ...extra,
  });
  const objects: NewObject[] = [];
  let podOwner: Json;
  let podLabels: Record<string, string> = { ...labels };
  let podName: (index: number) => string;

  if (kind === 'Deployment') {
    const hash = nameSuffix(10, namespace, name, String(workload.revision));
    const setName = `${name}-${hash}`;
    podLabels = { ...labels, 'pod-template-hash': hash };
    podOwner = owner('ReplicaSet', 'apps/v1', setName);
    podName = (index) => `${setName}-${nameSuffix(5, setName, String(index))}`;
    objects.push(
      {
        apiVersion: 'apps/v1',
        kind,
        metadata: meta({
          annotations: { ...workload.annotations, 'deployment.kubernetes.io/revision': String(workload.revision) },
        }),
        spec: {
          replicas: workload.replicas,
          selector,
          template: templateOf(labels),
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
        },
        status: {
          observedGeneration: workload.revision,
          replicas: total,
          updatedReplicas: total,
          ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
          ...(total > ready ? { unavailableReplicas: total - ready } : {}),
          conditions: deploymentConditions(setName, ready, workload.replicas, created),
        },
      },
      replicaSet(workload, setName, podLabels, total, ready, created, owner(kind, 'apps/v1', name), workload.revision),
    );
    if (workload.previousImage !== undefined) {
      const oldHash = nameSuffix(10, namespace, name, String(workload.revision - 1));
      const old = {
        ...workload,
        containers: workload.containers.map((container, index) =>
          index === 0 ? { ...container, image: workload.previousImage ?? '' } : container,
        ),
      };
      objects.push(
        replicaSet(
          old,
          `${name}-${oldHash}`,
          { ...labels, 'pod-template-hash': oldHash },
          0,
          0,
          created,
          owner(kind, 'apps/v1', name),
          workload.revision - 1,
        ),
      );
    }
  } else if (kind === 'StatefulSet' || kind === 'DaemonSet') {
    const revisionHash = digest(namespace, name).slice(0, 9);
    podLabels = { ...labels, 'controller-revision-hash': revisionHash };
    podOwner = owner(kind, 'apps/v1', name);
    podName = (index) =>
      kind === 'StatefulSet' ? `${name}-${index}` : `${name}-${nameSuffix(5, name, String(index))}`;
    const spec = {
      selector,
      template: templateOf(labels),
      updateStrategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
    };
    objects.push({
      apiVersion: 'apps/v1',
      kind,
      metadata: meta(),
      spec:
        kind === 'StatefulSet'
          ? { ...spec, replicas: workload.replicas, serviceName: name, podManagementPolicy: 'OrderedReady' }
          : spec,
      status:
        kind === 'StatefulSet'
          ? {
              observedGeneration: workload.revision,
              replicas: total,
              readyReplicas: ready,
              availableReplicas: ready,
              currentReplicas: total,
              updatedReplicas: total,
              currentRevision: `${name}-${revisionHash}`,
              updateRevision: `${name}-${revisionHash}`,
            }
          : {
              observedGeneration: workload.revision,
              desiredNumberScheduled: total,
              currentNumberScheduled: total,
              numberReady: ready,
              numberAvailable: ready,
              updatedNumberScheduled: total,
              numberMisscheduled: 0,
              ...(total > ready ? { numberUnavailable: total - ready } : {}),
            },
    });
  } else {
    const jobName = kind === 'Job' ? name : `${name}-${Math.floor(created / 60_000)}`;
    podLabels = { ...labels, 'batch.kubernetes.io/job-name': jobName, 'job-name': jobName };
    podOwner = owner('Job', 'batch/v1', jobName);
    podName = (index) => `${jobName}-${nameSuffix(5, jobName, String(index))}`;
    const jobTemplateOf = (templateLabels: Json) => ({
      metadata: { labels: templateLabels },
      spec: { ...podSpec(workload), restartPolicy: 'Never' },
    });
    const jobSpec = {
      backoffLimit: 3,
      completions: 1,
      parallelism: 1,
      completionMode: 'NonIndexed',
      suspend: false,
      selector: { matchLabels: { 'batch.kubernetes.io/job-name': jobName } },
      template: jobTemplateOf(podLabels),
    };
    if (kind === 'CronJob') {
      objects.push({
        apiVersion: 'batch/v1',
        kind,
        metadata: meta(),
        spec: {
          schedule: workload.schedule ?? '0 3 * * *',
          concurrencyPolicy: 'Forbid',
          suspend: false,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 1,
          jobTemplate: { metadata: {}, spec: { backoffLimit: 3, template: jobTemplateOf(labels) } },
        },
        status: {
          lastScheduleTime: podTime(workload.pods[0], now),
          lastSuccessfulTime: podTime(workload.pods[0], now),
        },
      });
    }
    objects.push(
      jobObject(
        workload,
        jobName,
        jobSpec,
        podLabels,
        now,
        kind === 'CronJob' ? owner('CronJob', 'batch/v1', name) : null,
      ),
    );
  }

  const pods = workload.pods.map((pod, index) => {
    const plan: PodPlan = {
      name: podName(index),
      namespace,
      labels: podLabels,
      annotations: {},
      owner: podOwner,
      spec: podSpec(workload),
      job: kind === 'Job' || kind === 'CronJob',
    };
    const object = podObject(plan, pod, nodes, network, now);
    return { plan, object, pod, workload };
  });
  objects.push(...pods.map(({ object }) => object));
  return { objects, pods };
}

/** Log lines with their times in ms, oldest first; the newest stands at `until`. */
export function logLines(log: DemoLog, until: number): { at: number; text: string }[] {
  const total = Math.max(log.first.length, log.count);
  const texts = Array.from({ length: total }, (_, index) =>
    index < log.first.length
      ? (log.first[index] ?? '')
      : (log.lines[(index - log.first.length) % log.lines.length] ?? ''),
  );
  return texts.map((text, index) => ({
    at: until - (total - 1 - index) * log.every * 1000 - ((index * 137) % 900),
    text,
  }));
}
