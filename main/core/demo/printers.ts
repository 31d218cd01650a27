import { clusterColumns } from './cluster-columns.ts';
import { age, type Column, column, name } from './column.ts';
import { humanAge, type Json, type KubeObject, listAt, textAt, valueAt } from './kube-object.ts';
import { workloadColumns } from './workload-columns.ts';

const columnsByKind: Readonly<Record<string, readonly Column[]>> = { ...workloadColumns, ...clusterColumns };

/** Columns of a kind: the built-in ones, a custom resource's printer columns, or name and age. */
export function columnsOf(kind: string, printerColumns: readonly Json[]): readonly Column[] {
  const known = columnsByKind[kind];
  if (known) return known;
  if (printerColumns.length === 0) return [name, age];
  return [name, ...printerColumns.map(customColumn)];
}

function customColumn(spec: Json): Column {
  const path = textAt(spec, 'jsonPath').replace(/^\./, '');
  const type = columnTypes.find((each) => each === spec['type']) ?? 'string';
  // A filter such as conditions[?(@.type=="Ready")].status is the only other form in use.
  const filter = /^(.+)\[\?\(@\.(\w+)==["'](.+)["']\)\]\.(\w+)$/.exec(path);
  const read = (object: KubeObject) => {
    if (!filter) return valueAt(object, path.split('.'));
    const [, list = '', key = '', wanted = '', field = ''] = filter;
    const item = listAt(object, list).find((each) => textAt(each, key) === wanted);
    return valueAt(item, [field]);
  };
  const cell = (object: KubeObject, now: number) => {
    const found = read(object);
    if (found === undefined || found === null) return null;
    switch (type) {
      case 'date':
        return humanAge(Date.parse(String(found)), now);
      case 'integer':
        return Number(found);
      case 'boolean':
        return found === true;
      default:
        return String(found);
    }
  };
  return column(textAt(spec, 'name'), cell, { type, priority: spec['priority'] ? 1 : 0 });
}

const columnTypes = ['string', 'integer', 'boolean', 'date'] as const;
