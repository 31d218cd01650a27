import { badRequest } from './api-status.ts';
import { type KubeObject, textAt } from './kube-object.ts';

export type Matcher = (object: KubeObject) => boolean;

/**
 * A label selector as a predicate: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined with commas.
 * Throws a 400 Status for anything else.
 */
export function labelMatcher(selector: string): Matcher {
  const tests = splitOutsideParentheses(selector).map(requirement);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function requirement(text: string): LabelTest {
  const key = '([A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)';
  const set = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`).exec(text);
  if (set?.[1] && set[3] !== undefined) {
    const [, name, operator, list] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = labels[name];
      const contained = value !== undefined && values.includes(value);
      return operator === 'in' ? contained : !contained;
    };
  }
  const comparison = new RegExp(`^${key}\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`).exec(text);
  if (comparison?.[1] && comparison[3] !== undefined) {
    const [, name, operator, value] = comparison;
    return (labels) => (operator === '!=' ? labels[name] !== value : labels[name] === value);
  }
  const presence = new RegExp(`^(!?)\\s*${key}$`).exec(text);
  if (presence?.[2]) {
    const [, not, name] = presence;
    return (labels) => (labels[name] !== undefined) === (not === '');
  }
  throw badRequest(`unable to parse requirement: ${text}`);
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const letter of text) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      part += letter;
    }
  }
  parts.push(part);
  return parts.map((each) => each.trim()).filter((each) => each !== '');
}

/** Fields that a real API server can select by, beside the name and the namespace (`pkg/registry`, `AddFieldLabelConversionFunc`). */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  services: ['spec.clusterIP', 'spec.type'],
  replicasets: ['status.replicas'],
  replicationcontrollers: ['status.replicas'],
  jobs: ['status.successful'],
  secrets: ['type'],
};

/** Fields whose absence means a value that the object does not hold. */
const defaults: Readonly<Record<string, string>> = { 'spec.unschedulable': 'false', 'spec.hostNetwork': 'false' };

/** A field selector (`a=b`, `a==b`, `a!=b`, joined with commas) as a predicate. Throws a 400 Status for fields that cannot be selected by. */
export function fieldMatcher(selector: string, plural: string): Matcher {
  const tests = selector
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
      if (!match?.[1] || match[3] === undefined)
        throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      const [, field, operator, value] = match;
      if (!['metadata.name', 'metadata.namespace', ...(selectable[plural] ?? [])].includes(field)) {
        throw badRequest(`field label not supported: ${field}`);
      }
      const path = plural === 'events' && field === 'source' ? 'source.component' : field;
      return (object: KubeObject) =>
        ((textAt(object, path) || (defaults[field] ?? '')) === value) === (operator !== '!=');
    });
  return (object) => tests.every((test) => test(object));
}
