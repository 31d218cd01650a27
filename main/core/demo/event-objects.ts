import type { DemoFile } from './demo-file.ts';
import { digest, durationMs, kubeTime, listAt, type NewObject, textAt, uidOf } from './kube-object.ts';
import type { WorkloadResult } from './workload-objects.ts';

type Pods = WorkloadResult['pods'];

/** The events that a person wrote down, and those that follow from the state of the pods. */
export function eventObjects(file: DemoFile, pods: Pods, objects: readonly NewObject[], now: number): NewObject[] {
  const written = file.events.map((event) => {
    const [kind = '', path = ''] = event.on.split(' ');
    const [namespace, name] = path.includes('/') ? path.split('/') : ['', path];
    const subject = objects.find(
      (object) =>
        object.kind === kind && object.metadata.name === name && textAt(object, 'metadata.namespace') === namespace,
    );
    return eventOf(
      {
        apiVersion: subject?.apiVersion ?? 'v1',
        kind,
        namespace: namespace ?? '',
        name: name ?? '',
        uid: textAt(subject, 'metadata.uid'),
      },
      event,
      now,
    );
  });
  const followed = pods.flatMap(({ object, pod }) => {
    const subject = {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: textAt(object, 'metadata.namespace'),
      name: object.metadata.name,
      uid: textAt(object, 'metadata.uid'),
    };
    const container = textAt(listAt(object, 'spec.containers')[0], 'name');
    const image = textAt(listAt(object, 'spec.containers')[0], 'image');
    const about = (type: string, reason: string, message: string, from: string, last: string, count = 1) =>
      eventOf(
        subject,
        { type, reason, message, from, first: pod.age, last, count },
        now,
        `spec.containers{${container}}`,
      );
    const recent = pod.lastRestart ?? '3m';
    switch (pod.state) {
      case 'CrashLoopBackOff':
        return [
          about(
            'Normal',
            'Pulled',
            `Container image "${image}" already present on machine`,
            'kubelet',
            recent,
            pod.restarts,
          ),
          about('Normal', 'Created', `Created container: ${container}`, 'kubelet', recent, pod.restarts + 1),
          about('Normal', 'Started', `Started container ${container}`, 'kubelet', recent, pod.restarts + 1),
          about(
            'Warning',
            'BackOff',
            `Back-off restarting failed container ${container} in pod ${subject.name}_${subject.namespace}(${subject.uid})`,
            'kubelet',
            '41s',
            pod.restarts * 12,
          ),
        ];
      case 'ImagePullBackOff':
        return [
          about('Normal', 'Pulling', `Pulling image "${image}"`, 'kubelet', '4m', 5),
          about(
            'Warning',
            'Failed',
            `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": not found`,
            'kubelet',
            '4m',
            5,
          ),
          about('Normal', 'BackOff', `Back-off pulling image "${image}"`, 'kubelet', '38s', 47),
        ];
      case 'Pending':
        return [about('Warning', 'FailedScheduling', pod.message ?? 'no node fits', 'default-scheduler', '1m', 9)];
      case 'NotReady':
        return [
          about(
            'Warning',
            'Unhealthy',
            'Readiness probe failed: HTTP probe failed with statuscode: 503',
            'kubelet',
            '12s',
            64,
          ),
        ];
      default:
        // Events live for an hour.
        return durationMs(pod.age) > 3_600_000
          ? []
          : [
              about(
                'Normal',
                'Scheduled',
                `Successfully assigned ${subject.namespace}/${subject.name} to ${pod.node}`,
                'default-scheduler',
                pod.age,
              ),
            ];
    }
  });
  return [...written, ...followed];
}

interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

function eventOf(
  subject: Subject,
  event: { type: string; reason: string; message: string; from: string; first: string; last: string; count: number },
  now: number,
  fieldPath = '',
): NewObject {
  const namespace = subject.namespace || 'default';
  const name = `${subject.name}.${digest(subject.kind, subject.name, event.reason, event.message).slice(0, 16)}`;
  const last = kubeTime(now - durationMs(event.last));
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name,
      namespace,
      uid: uidOf('Event', namespace, name),
      creationTimestamp: kubeTime(now - durationMs(event.first)),
    },
    involvedObject: {
      ...subject,
      ...(subject.namespace ? {} : { namespace: undefined }),
      ...(fieldPath ? { fieldPath } : {}),
    },
    reason: event.reason,
    message: event.message,
    source: { component: event.from },
    firstTimestamp: kubeTime(now - durationMs(event.first)),
    lastTimestamp: last,
    count: event.count,
    type: event.type,
    eventTime: null,
    reportingComponent: event.from,
    reportingInstance: '',
  };
}
