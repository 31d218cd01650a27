import { isAlias, isMap, isScalar, type Node, visit, type YAMLMap } from 'yaml';
import { TextProblem } from './config-text.ts';
import { type Entry, isRecord, sameValue } from './same-value.ts';
import { eolOf, insertLines, splice } from './text-lines.ts';
import { cutLinesOf, placeBehind } from './yaml-place.ts';
import { printYamlInline, printYamlMember, printYamlString, printYamlValue } from './yaml-print.ts';
import { type YamlStyle, yamlStyleOf } from './yaml-style.ts';
import { colonEnd, indentOf, isFlow, nameOf, slotsOf, type YamlSlot, type YamlText } from './yaml-text.ts';

/** Finds the map to change in a text, again after each step. */
type Locate = (text: string) => { readonly yaml: YamlText; readonly map: YAMLMap };

/**
 * Makes a map say `value`: only members that differ are written, the others stay with their comments. A map in braces is written anew.
 * The text must not share parts of the map with other places.
 */
export function updateYamlMap(text: string, locate: Locate, value: Entry): string {
  const { yaml, map } = locate(text);
  const was: unknown = map.toJS(yaml.document as never);
  if (!isRecord(was) || sameValue(was, value)) return text;
  if (isFlow(map) || map.items.length === 0) return replaceRange(text, map, printYamlInline(value));
  let current = text;
  for (const [field, item] of Object.entries(value)) {
    if (!Object.hasOwn(was, field)) current = append(current, locate, field, item);
    else if (!sameValue(was[field], item)) current = change(current, locate, field, was[field], item);
  }
  for (const field of Object.keys(was)) {
    if (!Object.hasOwn(value, field)) current = drop(current, locate, field);
  }
  return current;
}

/** Nothing in the node may carry an anchor, which an alias elsewhere may need. */
export function requireNoAnchors(text: string, node: Node): void {
  visit(node, {
    Node(_key, inner) {
      if (isAlias(inner) || inner.anchor === undefined) return;
      const [at] = inner.range ?? node.range ?? [0];
      throw new TextProblem(text, at, `the anchor "${inner.anchor}" may be needed elsewhere`);
    },
  });
}

function change(text: string, locate: Locate, field: string, was: unknown, value: unknown): string {
  const { yaml, map } = locate(text);
  const slot = memberOf(text, map, field);
  const { value: node } = slot;
  if (isRecord(was) && isRecord(value) && isMap(node) && Object.keys(value).length > 0) {
    return updateYamlMap(text, within(locate, field), value);
  }
  if (isScalar(node) && isOnOneLine(text, node) && (typeof value !== 'object' || value === null)) {
    return replaceRange(text, node, typeof value === 'string' ? printYamlString(value) : printYamlInline(value));
  }
  const from = colonEnd(slot);
  if (from === null) throw new TextProblem(text, slot.start, `"${field}" has no colon`);
  const style = styleIn(yaml, map);
  const indent = ' '.repeat(indentOf(map));
  const [first = '', ...rest] = printYamlValue(value, style, Array.isArray(value) ? style.listIndent : style.indent);
  const printed = [first === '' ? '' : ` ${first}`, ...rest.map((line) => indent + line)].join(eolOf(text));
  const end = from + text.slice(from, slot.end).trimEnd().length;
  return splice(text, from, end - from, printed);
}

function append(text: string, locate: Locate, field: string, value: unknown): string {
  const { yaml, map } = locate(text);
  const last = slotsOf(text, map).at(-1);
  if (last === undefined) return text;
  const indent = ' '.repeat(indentOf(map));
  const lines = printYamlMember(field, value, styleIn(yaml, map)).map((line) => indent + line);
  return insertLines(text, placeBehind(text, last, indentOf(map)), lines);
}

function drop(text: string, locate: Locate, field: string): string {
  const { map } = locate(text);
  const slot = memberOf(text, map, field);
  const slots = slotsOf(text, map);
  const next = slots[slots.findIndex(({ start }) => start === slot.start) + 1];
  // The first member of a list's element stands on the line of the dash.
  const besideDash = /-[ \t]+$/.test(text.slice(0, slot.start).split('\n').at(-1) ?? '');
  if (besideDash && next) return splice(text, slot.start, next.start - slot.start, '');
  return cutLinesOf(text, slot);
}

function within(locate: Locate, field: string): Locate {
  return (text) => {
    const { yaml, map } = locate(text);
    const { value } = memberOf(text, map, field);
    if (!isMap(value)) throw new TextProblem(text, map.range?.[0] ?? 0, `"${field}" is not a map`);
    return { yaml, map: value };
  };
}

function memberOf(text: string, map: YAMLMap, field: string): YamlSlot {
  const [slot, second] = slotsOf(text, map).filter((member) => nameOf(member) === field);
  if (slot === undefined || second) {
    throw new TextProblem(text, map.range?.[0] ?? 0, `the key "${field}" cannot be told from others`);
  }
  return slot;
}

function styleIn({ root }: YamlText, map: YAMLMap): YamlStyle {
  return yamlStyleOf(map, root);
}

function isOnOneLine(text: string, node: Node): boolean {
  const source = text.slice(...((node.range ?? [0, 0]).slice(0, 2) as [number, number]));
  return source !== '' && !/[\r\n]/.test(source);
}

function replaceRange(text: string, node: Node, printed: string): string {
  const [start, end] = node.range ?? [0, 0];
  return splice(text, start, end - start, printed);
}
