import { badRequest } from './api-status.ts';
import type { DemoCluster, LogLine } from './demo-cluster.ts';
import { type KubeObject, listAt, textAt } from './kube-object.ts';

/** What to write for a log request; `follow` when the container still runs and the client wants to wait. */
export interface LogAnswer {
  readonly text: string;
  readonly follow: boolean;
}

/** Text of a pod's log as the query wants it. Throws the 400 Status that a kubelet or API server gives for what cannot be shown. */
export function podLog(pod: KubeObject, query: URLSearchParams, cluster: DemoCluster, now: number): LogAnswer {
  const names = listAt(pod, 'spec.containers').map((container) => textAt(container, 'name'));
  const { name, namespace = '' } = pod.metadata;
  const container = query.get('container') || (names.length === 1 ? names[0] : undefined);
  if (container === undefined) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);

  const status = listAt(pod, 'status.containerStatuses').find((each) => each['name'] === container);
  const log = cluster.log(namespace, name, container);
  if (log === null) {
    const waiting = textAt(status, 'state.waiting.reason');
    throw badRequest(
      waiting === ''
        ? `pod ${name} does not have a host assigned`
        : `container "${container}" in pod "${name}" is waiting to start: trying and failing to pull image`,
    );
  }
  const previous = flag(query, 'previous');
  const lines = previous ? log.previous : log.current;
  if (lines === null) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const chosen = chooseLines(lines, query, now);
  const stamped = flag(query, 'timestamps');
  const text = chosen.map((line) => `${stamped ? `${stamp(line.at)} ` : ''}${line.text}\n`).join('');
  const limit = wholeNumber(query, 'limitBytes');
  const runs = textAt(status, 'state.running.startedAt') !== '';
  return {
    text: limit === null ? text : Buffer.from(text).subarray(0, limit).toString('utf8'),
    follow: flag(query, 'follow') && runs && !previous,
  };
}

function chooseLines(lines: readonly LogLine[], query: URLSearchParams, now: number): readonly LogLine[] {
  const seconds = wholeNumber(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && Number.isNaN(Date.parse(sinceTime))) throw badRequest(`invalid sinceTime: ${sinceTime}`);
  const since = seconds !== null ? now - seconds * 1000 : sinceTime !== null ? Date.parse(sinceTime) : 0;
  const recent = lines.filter((line) => line.at >= since);
  const tail = wholeNumber(query, 'tailLines');
  return tail === null ? recent : tail === 0 ? [] : recent.slice(-tail);
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  if (!/^\d{1,12}$/.test(text))
    throw badRequest(`${name}: Invalid value: "${text}": must be greater than or equal to 0`);
  return Number(text);
}

function flag(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}

/** RFC 3339 with nanoseconds, as the container runtime writes it. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '000000Z');
}
