import { isMap, isScalar, type Node } from 'yaml';
import { type ConfigPlace, type ConfigText, type StringSpan, TextProblem } from './config-text.ts';
import { entryNameOf, kindOf, removeYamlEntry, setYamlEntry } from './yaml-edit.ts';
import { sameYamlOutside } from './yaml-proof.ts';
import { containerAt, nameOf, parseYaml, slotsOf, type YamlSlot, type YamlText } from './yaml-text.ts';

/** YAML, with the servers in a map or in a list of maps. */
export const yamlConfig: ConfigText = {
  entries: entriesIn,
  set: setYamlEntry,
  remove: removeYamlEntry,
  sameOutside: sameYamlOutside,
  stringsUnder,
};

function entriesIn(text: string, place: ConfigPlace): Map<string, unknown> {
  const yaml = parseYaml(text);
  return new Map(
    entrySlots(yaml, place).map(({ name, slot }) => {
      const value = plainOf(yaml, slot);
      if (place.nameField === null || typeof value !== 'object' || value === null) return [name, value];
      const { [place.nameField]: _name, ...rest } = value as Record<string, unknown>;
      return [name, rest];
    }),
  );
}

function entrySlots(yaml: YamlText, place: ConfigPlace): { readonly name: string; readonly slot: YamlSlot }[] {
  const container = containerAt(yaml, place.keys, kindOf(place));
  if (container === null) return [];
  return slotsOf(yaml.text, container).flatMap((slot) => {
    const name = entryNameOf(yaml, place, slot);
    return name === null ? [] : [{ name, slot }];
  });
}

function plainOf({ text, document }: YamlText, { value, start }: YamlSlot): unknown {
  if (value === null || document === null) return null;
  try {
    return value.toJS(document);
  } catch (error) {
    // Aliases of aliases of aliases: the package stops at a hundred.
    throw new TextProblem(text, start, error instanceof Error ? error.message : 'it cannot be read');
  }
}

function stringsUnder(text: string, place: ConfigPlace, fields: RegExp): StringSpan[] {
  try {
    return entrySlots(parseYaml(text), place).flatMap(({ slot }) => fieldsIn(text, slot.value, fields));
  } catch {
    return [];
  }
}

/** Strings in maps of that name, at any depth of an entry: Continue has its headers below `requestOptions`. */
function fieldsIn(text: string, node: Node | null, fields: RegExp): StringSpan[] {
  if (!isMap(node)) return [];
  return slotsOf(text, node).flatMap((slot) => {
    const wanted = fields.test(nameOf(slot) ?? '') && isMap(slot.value);
    return wanted ? stringsIn(text, slot.value) : fieldsIn(text, slot.value, fields);
  });
}

function stringsIn(text: string, node: Node | null): StringSpan[] {
  if (!isMap(node)) return [];
  return slotsOf(text, node).flatMap(({ value }) => {
    if (!isScalar(value) || typeof value.value !== 'string') return [];
    const [start, end] = value.range ?? [0, 0];
    // A block of text ends with the line break that belongs to the layout.
    return [{ start, end: start + text.slice(start, end).trimEnd().length, value: value.value }];
  });
}
