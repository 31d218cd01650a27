import { isAlias, isCollection, isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { type ConfigPlace, type Edited, type InsertionTrace, TextProblem } from './config-text.ts';
import type { Entry } from './same-value.ts';
import { insertLines, splice } from './text-lines.ts';
import { cutFlowSlot, cutLinesOf, insertIntoFlow, placeBehind, placeInBlank, placeInside } from './yaml-place.ts';
import { printYamlElement, printYamlInline, printYamlMember } from './yaml-print.ts';
import { type YamlStyle, yamlStyleOf } from './yaml-style.ts';
import {
  colonEnd,
  containerAt,
  indentOf,
  isEmptyValue,
  isFlow,
  nameOf,
  parseYaml,
  requireUnshared,
  slotsAlong,
  slotsOf,
  type YamlCollection,
  type YamlSlot,
  type YamlText,
} from './yaml-text.ts';
import { requireNoAnchors, updateYamlMap } from './yaml-update.ts';

/**
 * Sets one named entry of the map, or of the list, at the place. A new one comes behind the last, in lines of its own where its
 * siblings have them; containers are made when missing. In an existing one only the members that differ are written. `trace.before` is
 * what stood behind the container's colon if that was nothing, null, or empty braces that had to go. Throws `TextProblem` where
 * the text cannot be edited safely.
 */
export function setYamlEntry(text: string, place: ConfigPlace, name: string, value: Entry): Edited {
  const yaml = parseYaml(text);
  const existing = entrySlot(yaml, place, name);
  if (existing) {
    requireNoAnchors(text, existingMap(text, existing, name));
    const full = place.nameField === null ? value : { [place.nameField]: name, ...value };
    return { text: updateYamlMap(text, (current) => locate(current, place, name), full), trace: null };
  }
  return insert(yaml, place, name, value);
}

/**
 * Takes one entry out, with its lines or with the comma that separated it. Containers that were made for it go too when nothing else
 * came into them, as `trace` tells. An entry that is not there changes nothing.
 */
export function removeYamlEntry(text: string, place: ConfigPlace, name: string, trace: InsertionTrace | null): string {
  const yaml = parseYaml(text);
  const slot = entrySlot(yaml, place, name);
  const container = containerAt(yaml, place.keys, kindOf(place));
  if (slot === undefined || container === null) return text;
  if (slot.value) requireNoAnchors(text, slot.value);
  return restore(cut(text, container, slot), place, trace);
}

/** An entry's slot in its container; of a list the element whose field says the name. Throws when there are two. */
export function entrySlot(yaml: YamlText, place: ConfigPlace, name: string): YamlSlot | undefined {
  const container = containerAt(yaml, place.keys, kindOf(place));
  if (container === null) return undefined;
  const named = slotsOf(yaml.text, container).filter((slot) => entryNameOf(yaml, place, slot) === name);
  if (named[1]) throw new TextProblem(yaml.text, named[1].start, `the entry "${name}" is there twice`);
  return named[0];
}

/** What a member or an element of the container is called; null for what is no entry. */
export function entryNameOf({ document }: YamlText, { nameField }: ConfigPlace, slot: YamlSlot): string | null {
  if (nameField === null) return nameOf(slot);
  const node = isAlias(slot.value) && document ? slot.value.resolve(document) : slot.value;
  const name = isMap(node) ? node.get(nameField, true) : undefined;
  return isScalar(name) && typeof name.value === 'string' ? name.value : null;
}

export function kindOf({ nameField }: ConfigPlace): 'map' | 'list' {
  return nameField === null ? 'map' : 'list';
}

function existingMap(text: string, { value, start }: YamlSlot, name: string): YAMLMap {
  if (value !== null) requireUnshared(text, value);
  if (isMap(value)) return value;
  throw new TextProblem(text, start, `"${name}" is not a map`);
}

function locate(text: string, place: ConfigPlace, name: string): { yaml: YamlText; map: YAMLMap } {
  const yaml = parseYaml(text);
  const slot = entrySlot(yaml, place, name);
  if (slot === undefined) throw new TextProblem(text, 0, `"${name}" cannot be found again`);
  return { yaml, map: existingMap(text, slot, name) };
}

function insert(yaml: YamlText, place: ConfigPlace, name: string, value: Entry): Edited {
  const { text, root } = yaml;
  const container = containerAt(yaml, place.keys, kindOf(place));
  const slots = slotsAlong(yaml, place.keys);
  const style = yamlStyleOf(container, root);
  const added = addedBelow(place.keys.slice(slots.length), place, name, value);
  if (root === null) {
    const lines = linesOf(added, style, 0);
    return { text: insertLines(text, placeInBlank(text), lines), trace: { depth: 0, before: null } };
  }
  const slot = slots.at(-1);
  const holder = slot ? slot.value : root;
  const last = isCollection(holder) ? slotsOf(text, holder).at(-1) : undefined;
  const depth = slots.length + 1;
  const trace = last && slots.length === place.keys.length ? null : { depth, before: null };
  if (isCollection(holder) && last && !isFlow(holder)) {
    const indent = indentOf(holder);
    return { text: insertLines(text, placeBehind(text, last, indent), linesOf(added, style, indent)), trace };
  }
  const parent = slots.length > 1 ? slots.at(-2)?.value : root;
  if (slot && !last && isMap(parent) && !isFlow(parent)) {
    const indent = indentOf(parent) + (Array.isArray(added) ? style.listIndent : style.indent);
    const opened = openEmpty(text, slot, indent);
    if (opened !== null) {
      const lines = linesOf(added, style, indent);
      return { text: insertLines(opened.text, opened.at, lines), trace: { depth, before: opened.before } };
    }
  }
  if (!isCollection(holder)) {
    throw new TextProblem(text, slot?.end ?? 0, 'braces are expected here instead of nothing');
  }
  return { text: insertIntoFlow(text, holder, printYamlInline(added).slice(1, -1)), trace };
}

/** The object with one member, or the list with one element, that is missing in the deepest container that exists. */
function addedBelow(keys: readonly string[], { nameField }: ConfigPlace, name: string, value: Entry): object {
  const inner = nameField === null ? { [name]: value } : [{ [nameField]: name, ...value }];
  return keys.reduceRight<object>((added, key) => ({ [key]: added }), inner);
}

function linesOf(added: object, style: YamlStyle, indent: number): string[] {
  const lines = Array.isArray(added)
    ? added.flatMap((element: object) => printYamlElement(element, style))
    : Object.entries(added).flatMap(([key, item]) => printYamlMember(key, item, style));
  return lines.map((line) => ' '.repeat(indent) + line);
}

/** Takes away the null or the empty braces behind a key, so that lines below it can take their place; null where that is not safe. */
function openEmpty(text: string, slot: YamlSlot, indent: number): { text: string; at: number; before: string } | null {
  const from = colonEnd(slot);
  if (from === null) return null;
  const before = text.slice(from, Math.max(from, slot.end));
  if (!/^(?: +(?:\{ *\}|\[ *\]|~|null|Null|NULL))?$/.test(before)) return null;
  const opened = splice(text, from, before.length, '');
  return { text: opened, at: placeInside(opened, from, indent), before };
}

function cut(text: string, container: YamlCollection, slot: YamlSlot): string {
  return isFlow(container) ? cutFlowSlot(text, container, slot) : cutLinesOf(text, slot);
}

/** Unmakes, from the inside out, the containers that the first entry needed, and puts back what stood in their place. */
function restore(text: string, place: ConfigPlace, trace: InsertionTrace | null): string {
  const { keys } = place;
  let current = text;
  for (let depth = keys.length; depth > 0; depth--) {
    const yaml = parseYaml(current);
    const slots = slotsAlong(yaml, keys.slice(0, depth));
    const slot = slots[depth - 1];
    if (slot === undefined || !isEmptied(current, slot.value)) return current;
    const parent = (depth > 1 ? slots[depth - 2]?.value : yaml.root) as YamlCollection;
    const from = colonEnd(slot) ?? slot.end;
    const alone = isFlow(parent) || /^\s*$/.test(current.slice(slot.end).split('\n', 1)[0] ?? '');
    if (trace !== null && trace.depth <= depth && alone) {
      current = cut(current, parent, slot);
      continue;
    }
    if (!isEmptyValue(slot.value)) return current;
    const empty = depth === keys.length && place.nameField !== null ? ' []' : ' {}';
    const known = trace !== null && trace.depth === depth + 1 ? trace.before : null;
    return splice(current, from, 0, known ?? empty);
  }
  return current;
}

function isEmptied(text: string, node: Node | null): boolean {
  if (isEmptyValue(node)) return true;
  const [start, end] = node?.range ?? [0, 0];
  return /^[{[]\s*[}\]]$/.test(text.slice(start, end));
}
