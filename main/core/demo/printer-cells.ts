import { compareText, humanAge, isJson, type Json, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';

/** Texts that kubectl computes for its columns (`pkg/printers/internalversion/printers.go`), as far as they are more than a field. */

/** How long ago a time is. */
export function since(time: string, now: number): string {
  return time === '' ? '<unknown>' : humanAge(Date.parse(time), now);
}

/** `key=value` of a map, by key, joined with commas. */
export function pairs(value: unknown): string {
  return (
    sorted(value)
      .map(([key, item]) => `${key}=${String(item)}`)
      .join(',') || '<none>'
  );
}

/** A label selector as the API's queries write it (apimachinery `FormatLabelSelector`). */
export function labelSelector(selector: unknown): string {
  const labels = sorted(valueAt(selector, ['matchLabels'])).map(
    ([key, value]) => [key, `${key}=${String(value)}`] as const,
  );
  const expressions = listAt(selector, 'matchExpressions').map(
    (each) => [textAt(each, 'key'), expression(each)] as const,
  );
  const all = [...labels, ...expressions].sort(([a], [b]) => compareText(a, b));
  return all.map(([, text]) => text).join(',') || '<none>';
}

function expression(requirement: Json): string {
  const key = textAt(requirement, 'key');
  const operator = textAt(requirement, 'operator');
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  const values = Array.isArray(requirement['values']) ? requirement['values'].map(String).sort(compareText) : [];
  return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
}

/** Containers of the pod template at a dotted path. */
export function templateContainers(object: KubeObject, template: string): Json[] {
  return listAt(object, `${template}.spec.containers`);
}

/** Ready containers of all. */
export function podReady(pod: KubeObject): string {
  const statuses = listAt(pod, 'status.containerStatuses');
  return `${statuses.filter((status) => status['ready'] === true).length}/${listAt(pod, 'spec.containers').length}`;
}

/** The most telling reason, else the phase. */
export function podStatus(pod: KubeObject): string {
  for (const status of listAt(pod, 'status.containerStatuses')) {
    const reason = textAt(status, 'state.waiting.reason') || textAt(status, 'state.terminated.reason');
    if (reason) return reason;
  }
  return textAt(pod, 'status.phase');
}

/** Restarts of all containers and when the last one was. */
export function podRestarts(pod: KubeObject, now: number): string {
  const statuses = listAt(pod, 'status.containerStatuses');
  const restarts = statuses.reduce((sum, status) => sum + Number(status['restartCount'] ?? 0), 0);
  const last = statuses.map((status) => textAt(status, 'lastState.terminated.finishedAt')).find((time) => time !== '');
  return restarts > 0 && last ? `${restarts} (${since(last, now)} ago)` : String(restarts);
}

/** How a job ended, or what it is about to become. */
export function jobStatus(job: KubeObject): string {
  const met = new Set(
    listAt(job, 'status.conditions').flatMap((each) => (each['status'] === 'True' ? [textAt(each, 'type')] : [])),
  );
  return (
    ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => met.has(type)) ??
    'Running'
  );
}

/** From start to end, or to now. */
export function jobDuration(job: KubeObject, now: number): string {
  const start = textAt(job, 'status.startTime');
  if (start === '') return '';
  const end = textAt(job, 'status.completionTime');
  return humanAge(Date.parse(start), end === '' ? now : Date.parse(end));
}

/** `80:31080/TCP`. */
export function servicePorts(service: KubeObject): string {
  const ports = listAt(service, 'spec.ports').map(
    (port) =>
      `${textAt(port, 'port')}${port['nodePort'] ? `:${port['nodePort']}` : ''}/${textAt(port, 'protocol') || 'TCP'}`,
  );
  return ports.join(',') || '<none>';
}

/** `Ready` or not, and whether it takes new pods. */
export function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status.conditions').find((each) => each['type'] === 'Ready');
  const word = ready?.['status'] === 'True' ? 'Ready' : 'NotReady';
  return textAt(node, 'spec.unschedulable') === 'true' ? `${word},SchedulingDisabled` : word;
}

/** Roles by label. */
export function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return (
    roles
      .map((key) => key.slice(prefix.length))
      .sort()
      .join(',') || '<none>'
  );
}

/** Up to three ready addresses; none of them leaves the cell empty, and only an object without subsets says `<none>`. */
export function endpointAddresses(object: KubeObject): string {
  const subsets = listAt(object, 'subsets');
  if (subsets.length === 0) return '<none>';
  const found = subsets.flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map((address) => textAt(address, 'ip'));
    const ports = listAt(subset, 'ports');
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((address) => `${address}:${textAt(port, 'port')}`));
  });
  const more = found.length > 3 ? ` + ${found.length - 3} more...` : '';
  return found.slice(0, 3).join(',') + more;
}

/** `RWO,ROX`. */
export function accessModes(modes: unknown): string {
  const short: Record<string, string> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  };
  return Array.isArray(modes) ? modes.map((mode) => short[String(mode)] ?? String(mode)).join(',') : '';
}

/** `cpu: 66%/70%` for each metric. */
export function autoscalerTargets(object: KubeObject): string {
  const current = listAt(object, 'status.currentMetrics');
  const targets = listAt(object, 'spec.metrics').map((metric, index) => {
    const wanted = textAt(metric, 'resource.target.averageUtilization');
    const now = textAt(current[index], 'resource.current.averageUtilization');
    return `${textAt(metric, 'resource.name')}: ${now === '' ? '<unknown>' : `${now}%`}/${wanted}%`;
  });
  return targets.join(', ') || '<none>';
}

/** `pods: 4/20` for each resource; those that begin with `limits.` stand in a column of their own. */
export function quotaUse(object: KubeObject, limits: boolean): string {
  const chosen = sorted(valueAt(object, ['status', 'hard'])).filter(([key]) => key.startsWith('limits.') === limits);
  return chosen
    .map(([key, value]) => `${key}: ${String(valueAt(object, ['status', 'used', key]) ?? 0)}/${String(value)}`)
    .join(', ');
}

/** Entries of a map by key, as Go prints maps. */
function sorted(value: unknown): [key: string, item: unknown][] {
  return isJson(value) ? Object.entries(value).sort(([a], [b]) => compareText(a, b)) : [];
}
