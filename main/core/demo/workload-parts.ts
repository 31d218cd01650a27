import type { DemoPod, DemoWorkload } from './demo-file.ts';
import { durationMs, type Json, kubeTime, type NewObject, uidOf } from './kube-object.ts';

/** A replica set of a deployment. */
export function replicaSet(
  workload: DemoWorkload,
  setName: string,
  labels: Record<string, string>,
  replicas: number,
  ready: number,
  created: number,
  owner: Json,
  revision: number,
): NewObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: setName,
      namespace: workload.namespace,
      uid: uidOf('ReplicaSet', workload.namespace, setName),
      creationTimestamp: kubeTime(created),
      generation: 1,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(workload.replicas),
        'deployment.kubernetes.io/revision': String(revision),
      },
      ownerReferences: [owner],
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(workload) },
    },
    status: {
      observedGeneration: 1,
      replicas,
      fullyLabeledReplicas: replicas,
      ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    },
  };
}

/** A job with what its pod tells about its end. */
export function jobObject(
  workload: DemoWorkload,
  jobName: string,
  spec: Json,
  labels: Record<string, string>,
  now: number,
  owner: Json | null,
): NewObject {
  const pod = workload.pods[0];
  const started = podTime(pod, now);
  const done = pod?.state === 'Completed';
  const failed = pod?.state === 'Error';
  const finished = kubeTime(now - (pod ? durationMs(pod.age) : 0) + 94_000);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName,
      namespace: workload.namespace,
      uid: uidOf('Job', workload.namespace, jobName),
      creationTimestamp: started,
      generation: 1,
      labels,
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
    spec,
    status: {
      startTime: started,
      ...(done
        ? { succeeded: 1, ready: 0, terminating: 0, completionTime: finished, uncountedTerminatedPods: {} }
        : failed
          ? { failed: workload.pods.length, ready: 0, terminating: 0, uncountedTerminatedPods: {} }
          : { active: 1, ready: 1, terminating: 0, uncountedTerminatedPods: {} }),
      ...(done || failed ? { conditions: endConditions(done, finished) } : {}),
    },
  };
}

/** What is decided about a job first, and what is true once its last pod is gone. */
function endConditions(done: boolean, finished: string): Json[] {
  const why = done
    ? { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    : { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  return (done ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed']).map((type) => ({
    type,
    status: 'True',
    lastProbeTime: finished,
    lastTransitionTime: finished,
    ...why,
  }));
}

/** Whether a deployment has enough ready pods, as its controller says it. */
export function deploymentConditions(setName: string, ready: number, wanted: number, created: number): Json[] {
  const times = { lastUpdateTime: kubeTime(created + 40_000), lastTransitionTime: kubeTime(created) };
  const available = ready >= Math.ceil(wanted * 0.75);
  return [
    available
      ? {
          type: 'Available',
          status: 'True',
          ...times,
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          ...times,
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    available
      ? {
          type: 'Progressing',
          status: 'True',
          ...times,
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${setName}" has successfully progressed.`,
        }
      : {
          type: 'Progressing',
          status: 'False',
          ...times,
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${setName}" has timed out progressing.`,
        },
  ];
}

/** The pod template's spec with what the API server fills in. */
export function podSpec(workload: DemoWorkload): Json {
  return {
    containers: workload.containers.map((container) => ({
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'IfNotPresent',
      resources: {},
      ...container,
    })),
    ...(workload.volumes.length > 0 ? { volumes: workload.volumes } : {}),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: workload.serviceAccount,
    serviceAccount: workload.serviceAccount,
    securityContext: workload.securityContext,
    schedulerName: 'default-scheduler',
  };
}

/** When a pod was made. */
export function podTime(pod: DemoPod | undefined, now: number): string {
  return kubeTime(now - (pod ? durationMs(pod.age) : 0));
}
