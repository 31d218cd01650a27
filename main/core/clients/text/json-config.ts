import type { Node } from 'jsonc-parser';
import { type ConfigPlace, type ConfigText, type StringSpan, TextProblem } from './config-text.ts';
import { removeEntry, setEntry } from './json-edit.ts';
import { entriesIn, sameOutside } from './json-proof.ts';
import { type JsonDialect, membersOf, objectsAlong, parseJsonText } from './json-text.ts';

/** JSON in one of its dialects. Servers in a list are refused: no known client keeps them so in JSON. */
export function jsonConfig(dialect: JsonDialect): ConfigText {
  return {
    entries: (text, place) => entriesIn(text, dialect, keysIn(text, place)),
    set: (text, place, name, value) => setEntry(text, dialect, keysIn(text, place), name, value),
    remove: (text, place, name, trace) => removeEntry(text, dialect, keysIn(text, place), name, trace),
    sameOutside: (before, after, place, names) => sameOutside(before, after, dialect, keysIn(before, place), names),
    stringsUnder: (text, place, fields) => stringsUnder(text, dialect, place, fields),
  };
}

function keysIn(text: string, { keys, nameField }: ConfigPlace): readonly string[] {
  if (nameField === null) return keys;
  throw new TextProblem(text, 0, 'Berth cannot edit a list of servers in JSON');
}

function stringsUnder(text: string, dialect: JsonDialect, { keys }: ConfigPlace, fields: RegExp): StringSpan[] {
  try {
    const objects = objectsAlong(text, parseJsonText(text, dialect), keys);
    const container = objects.length > keys.length ? objects.at(-1) : undefined;
    return container === undefined ? [] : membersOf(container).flatMap(({ value }) => fieldsIn(value, fields));
  } catch {
    return [];
  }
}

function fieldsIn(node: Node, fields: RegExp): StringSpan[] {
  if (node.type !== 'object') return [];
  return membersOf(node).flatMap(({ key, value }) => (fields.test(key) ? stringsIn(value) : fieldsIn(value, fields)));
}

/** The strings of an object and of the objects in it. */
function stringsIn(node: Node): StringSpan[] {
  if (node.type !== 'object') return [];
  return membersOf(node).flatMap(({ value }) =>
    value.type === 'string'
      ? [{ start: value.offset, end: value.offset + value.length, value: String(value.value) }]
      : stringsIn(value),
  );
}
