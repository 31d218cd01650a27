import { humanAge, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';
import { labelSelector, templateContainers } from './printer-cells.ts';

type Cell = string | number | boolean | null;

/** One column of a table answer. `priority` 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly priority: 0 | 1;
  readonly cell: (object: KubeObject, now: number) => Cell;
}

export const column = (name: string, cell: Column['cell'], more: Partial<Column> = {}): Column => ({
  name,
  type: 'string',
  priority: 0,
  cell,
  ...more,
});

/** Shown with `-o wide` only. */
export const wide = (name: string, cell: Column['cell']): Column => column(name, cell, { priority: 1 });

/** The number at a dotted path, 0 where there is none. */
export const count = (name: string, path: string): Column =>
  column(name, (object) => Number(textAt(object, path) || 0), { type: 'integer' });

/** The text at a dotted path, `<none>` where there is none. */
export const text = (name: string, path: string): Column => column(name, (object) => textAt(object, path) || '<none>');

export const name = column('Name', (object) => object.metadata.name);
export const age = column('Age', (object, now) => humanAge(Date.parse(object.metadata.creationTimestamp), now));
export const createdAt = column('Created At', (object) => object.metadata.creationTimestamp, { type: 'date' });

/** Ready replicas of those wanted. */
export const readyOfWanted = column(
  'Ready',
  (object) => `${Number(textAt(object, 'status.readyReplicas') || 0)}/${textAt(object, 'spec.replicas')}`,
);

/** Names and images of the containers of a pod template. */
export const containersAndImages = (template = 'spec.template'): Column[] => [
  wide('Containers', (object) => joined(object, template, 'name')),
  wide('Images', (object) => joined(object, template, 'image')),
];

/** A label selector that stands at a path of keys. */
export const selectorAt = (...path: readonly string[]): Column =>
  wide('Selector', (object) => labelSelector(valueAt(object, path)));

/** Addresses of a load balancer. */
export function loadBalancer(object: KubeObject): string {
  return listAt(object, 'status.loadBalancer.ingress')
    .map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
    .join(',');
}

function joined(object: KubeObject, template: string, field: string): string {
  return templateContainers(object, template)
    .map((each) => textAt(each, field))
    .join(',');
}
