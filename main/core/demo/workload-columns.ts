import {
  age,
  type Column,
  column,
  containersAndImages,
  count,
  name,
  readyOfWanted,
  selectorAt,
  text,
  wide,
} from './column.ts';
import { listAt, textAt, valueAt } from './kube-object.ts';
import {
  autoscalerTargets,
  jobDuration,
  jobStatus,
  pairs,
  podReady,
  podRestarts,
  podStatus,
  since,
} from './printer-cells.ts';

/** What kubectl shows of pods and of what makes and keeps them (`pkg/printers/internalversion/printers.go`). */
export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
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
    readyOfWanted,
    // Numbers, though their columns are of type string.
    { ...count('Up-to-date', 'status.updatedReplicas'), type: 'string' },
    { ...count('Available', 'status.availableReplicas'), type: 'string' },
    age,
    ...containersAndImages(),
    selectorAt('spec', 'selector'),
  ],
  ReplicaSet: [
    name,
    count('Desired', 'spec.replicas'),
    count('Current', 'status.replicas'),
    count('Ready', 'status.readyReplicas'),
    age,
    ...containersAndImages(),
    selectorAt('spec', 'selector'),
  ],
  ReplicationController: [
    name,
    count('Desired', 'spec.replicas'),
    count('Current', 'status.replicas'),
    count('Ready', 'status.readyReplicas'),
    age,
    ...containersAndImages(),
    wide('Selector', (object) => pairs(valueAt(object, ['spec', 'selector']))),
  ],
  StatefulSet: [name, readyOfWanted, age, ...containersAndImages()],
  DaemonSet: [
    name,
    count('Desired', 'status.desiredNumberScheduled'),
    count('Current', 'status.currentNumberScheduled'),
    count('Ready', 'status.numberReady'),
    count('Up-to-date', 'status.updatedNumberScheduled'),
    count('Available', 'status.numberAvailable'),
    column('Node Selector', (object) => pairs(valueAt(object, ['spec', 'template', 'spec', 'nodeSelector']))),
    age,
    ...containersAndImages(),
    selectorAt('spec', 'selector'),
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
    ...containersAndImages(),
    selectorAt('spec', 'selector'),
  ],
  CronJob: [
    name,
    text('Schedule', 'spec.schedule'),
    text('Timezone', 'spec.timeZone'),
    column('Suspend', (object) => (textAt(object, 'spec.suspend') === 'true' ? 'True' : 'False'), { type: 'boolean' }),
    column('Active', (object) => listAt(object, 'status.active').length, { type: 'integer' }),
    column('Last Schedule', (object, now) => {
      const last = textAt(object, 'status.lastScheduleTime');
      return last === '' ? '<none>' : since(last, now);
    }),
    age,
    ...containersAndImages('spec.jobTemplate.spec.template'),
    selectorAt('spec', 'jobTemplate', 'spec', 'selector'),
  ],
  HorizontalPodAutoscaler: [
    name,
    column(
      'Reference',
      (object) => `${textAt(object, 'spec.scaleTargetRef.kind')}/${textAt(object, 'spec.scaleTargetRef.name')}`,
    ),
    column('Targets', autoscalerTargets),
    column('MinPods', (object) => textAt(object, 'spec.minReplicas') || '<unset>'),
    column('MaxPods', (object) => Number(textAt(object, 'spec.maxReplicas'))),
    column('Replicas', (object) => Number(textAt(object, 'status.currentReplicas') || 0)),
    age,
  ],
  PodDisruptionBudget: [
    name,
    column('Min Available', (object) => textAt(object, 'spec.minAvailable') || 'N/A'),
    column('Max Unavailable', (object) => textAt(object, 'spec.maxUnavailable') || 'N/A'),
    count('Allowed Disruptions', 'status.disruptionsAllowed'),
    age,
  ],
};
