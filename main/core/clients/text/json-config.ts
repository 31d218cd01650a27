import type { ConfigPlace, ConfigText, StringSpan } from './config-text.ts';
import { removeEntry, setEntry } from './json-edit.ts';
import { entriesIn, sameOutside } from './json-proof.ts';
import { type JsonDialect, membersOf, objectsAlong, parseJsonText } from './json-text.ts';

/** JSON in one of its dialects. No known client keeps its servers in a JSON list, so places with a name field are not edited. */
export function jsonConfig(dialect: JsonDialect): ConfigText {
  return {
    entries: (text, { keys }) => entriesIn(text, dialect, keys),
    set: (text, { keys }, name, value) => setEntry(text, dialect, keys, name, value),
    remove: (text, { keys }, name, trace) => removeEntry(text, dialect, keys, name, trace),
    sameOutside: (before, after, { keys }, names) => sameOutside(before, after, dialect, keys, names),
    stringsUnder: (text, place, fields) => stringsUnder(text, dialect, place, fields),
  };
}

function stringsUnder(text: string, dialect: JsonDialect, { keys }: ConfigPlace, fields: RegExp): StringSpan[] {
  try {
    const objects = objectsAlong(text, parseJsonText(text, dialect), keys);
    const container = objects.length > keys.length ? objects.at(-1) : undefined;
    if (container === undefined) return [];
    return membersOf(container)
      .flatMap(({ value }) => (value.type === 'object' ? membersOf(value) : []))
      .filter(({ key, value }) => fields.test(key) && value.type === 'object')
      .flatMap(({ value }) => membersOf(value))
      .flatMap(({ value }) =>
        value.type === 'string'
          ? [{ start: value.offset, end: value.offset + value.length, value: String(value.value) }]
          : [],
      );
  } catch {
    return [];
  }
}
