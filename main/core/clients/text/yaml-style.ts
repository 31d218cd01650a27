import { isMap, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { indentOf, isFlow } from './yaml-text.ts';

/** How a file is written, in columns. */
export interface YamlStyle {
  /** A map below its key. */
  readonly indent: number;
  /** A list below its key; 0 in files that write dashes under the key. */
  readonly listIndent: number;
}

/** Reads the style off the nodes, of which the first that show it count; two columns where none does. */
export function yamlStyleOf(...nodes: readonly (Node | null)[]): YamlStyle {
  const below = (kind: (value: unknown) => value is YAMLMap | YAMLSeq, least: number) => {
    for (const node of nodes) {
      const found = stepIn(node, kind, least);
      if (found !== null) return found;
    }
    return null;
  };
  const indent = below(isMap, 1);
  const listIndent = below(isSeq, 0);
  return { indent: indent ?? (listIndent || 2), listIndent: listIndent ?? indent ?? 2 };
}

function stepIn(node: unknown, kind: (value: unknown) => value is YAMLMap | YAMLSeq, least: number): number | null {
  if (isSeq(node)) return firstOf(node.items, (item) => stepIn(item, kind, least));
  if (!isMap(node) || isFlow(node)) return null;
  return firstOf(node.items, ({ value }) => {
    const step = kind(value) && !isFlow(value) && value.items.length > 0 ? indentOf(value) - indentOf(node) : -1;
    return step >= least ? step : stepIn(value, kind, least);
  });
}

function firstOf<T>(items: readonly T[], read: (item: T) => number | null): number | null {
  for (const item of items) {
    const found = read(item);
    if (found !== null) return found;
  }
  return null;
}
