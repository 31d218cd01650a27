import type { Node } from 'jsonc-parser';
import type { Edited, InsertionTrace } from './config-text.ts';
import { indentAt, layoutIn, printJson, printMember, startsItsLine, styleOf } from './json-style.ts';
import { type JsonDialect, marksBetween, memberOf, membersOf, objectsAlong, parseJsonText } from './json-text.ts';
import { splice } from './text-lines.ts';

/**
 * Sets one named entry in the object at `keys`. `trace.before` is the whole text if there was no root, else the inside of the deepest
 * existing object if it was empty, else null. Text outside it stays as it is but for the comma that separates it; objects on
 * the way are made when missing. Throws `TextProblem` where the text cannot be edited safely.
 */
export function setEntry(
  text: string,
  dialect: JsonDialect,
  keys: readonly string[],
  name: string,
  value: unknown,
): Edited {
  const root = parseJsonText(text, dialect);
  const objects = objectsAlong(text, root, keys);
  const deepest = objects.at(-1);
  const style = styleOf(text, root);
  if (root === null || deepest === undefined) {
    const document = printJson(nest([...keys, name], value), style, '');
    return { text: intoBlank(text, document, style.eol), trace: { depth: 0, before: text } };
  }
  const existing = objects.length > keys.length ? memberOf(text, deepest, name) : undefined;
  if (existing) {
    const multiline = startsItsLine(text, existing.property.offset);
    const printed = printJson(value, style, multiline ? indentAt(text, existing.property.offset) : null);
    return { text: splice(text, existing.value.offset, existing.value.length, printed), trace: null };
  }
  const [first, ...rest] = [...keys.slice(objects.length - 1), name];
  const empty = membersOf(deepest).length === 0;
  const before = empty ? text.slice(deepest.offset + 1, deepest.offset + deepest.length - 1) : null;
  const next = insertMember(text, root, deepest, first ?? name, nest(rest, value));
  return { text: next, trace: { depth: objects.length, before } };
}

/**
 * Takes one entry out, with the comma that separated it. Objects that were made for it go too when nothing else came into them,
 * as `trace` tells. An entry that is not there changes nothing.
 */
export function removeEntry(
  text: string,
  dialect: JsonDialect,
  keys: readonly string[],
  name: string,
  trace: InsertionTrace | null,
): string {
  const objects = objectsAlong(text, parseJsonText(text, dialect), keys);
  const container = objects.length > keys.length ? objects.at(-1) : undefined;
  const member = container && memberOf(text, container, name);
  if (container === undefined || member === undefined) return text;
  const next = removeMember(text, container, member.property);
  return trace === null ? next : restore(next, dialect, keys, trace);
}

/** Unmakes, from the inside out, the objects that the first entry needed, and puts back what stood in their place. */
function restore(text: string, dialect: JsonDialect, keys: readonly string[], trace: InsertionTrace): string {
  let current = text;
  for (let depth = keys.length + 1; depth > 0; depth--) {
    const root = parseJsonText(current, dialect);
    const objects = objectsAlong(current, root, keys.slice(0, depth - 1));
    const object = objects[depth - 1];
    if (object === undefined || membersOf(object).length > 0) return current;
    const inside = current.slice(object.offset + 1, object.offset + object.length - 1);
    if (depth <= trace.depth) {
      const same = trace.before !== null && inside.trimEnd() === trace.before.trimEnd();
      return same ? splice(current, object.offset + 1, inside.length, trace.before) : current;
    }
    if (inside.trim() !== '') return current;
    const parent = objects[depth - 2];
    const property = parent && membersOf(parent).find((member) => member.value === object)?.property;
    if (parent && property) current = removeMember(current, parent, property);
    else current = withoutRoot(current, object, trace.before ?? '');
  }
  return current;
}

function withoutRoot(text: string, root: Node, before: string): string {
  const around = text.slice(0, root.offset) + text.slice(root.offset + root.length);
  return around.trim() === before.trim() ? before : text;
}

function insertMember(text: string, root: Node, object: Node, name: string, value: unknown): string {
  const style = styleOf(text, root);
  const layout = layoutIn(text, root, object, style);
  const printed = printMember(name, value, style, layout.indent);
  const last = membersOf(object).at(-1)?.property;
  const end = object.offset + object.length - 1;
  const from = last ? last.offset + last.length : object.offset + 1;
  const marks = marksBetween(text, from, end);
  const mark = marks.at(-1);
  const trailingComma = marks.some(({ kind }) => kind === 'comma');
  const at = mark?.end ?? from;
  // After a comment to the end of the line, the member needs a line of its own.
  const lead = mark?.kind === 'line-comment' && !/^[\r\n]/.test(layout.lead) ? style.eol + layout.lead : layout.lead;
  const added = lead + printed + (trailingComma ? ',' : layout.tail);
  const withMember = splice(text, at, 0, added);
  return last && !trailingComma ? splice(withMember, from, 0, ',') : withMember;
}

function removeMember(text: string, object: Node, property: Node): string {
  const properties = membersOf(object).map((member) => member.property);
  const index = properties.indexOf(property);
  const previous = properties[index - 1];
  const next = properties[index + 1];
  const start = property.offset;
  const end = property.offset + property.length;
  const beforeFrom = previous ? previous.offset + previous.length : object.offset + 1;
  const before = marksBetween(text, beforeFrom, start);
  const after = marksBetween(text, end, next?.offset ?? object.offset + object.length - 1);
  const commaAfter = after.find(({ kind }) => kind === 'comma');
  const commaBefore = commaAfter ? undefined : before.find(({ kind }) => kind === 'comma');
  const neighbour = before.at(-1);
  const cut = neighbour?.end ?? beforeFrom;

  // From the end to the beginning, so that the offsets stay right.
  let result = commaAfter ? splice(text, commaAfter.start, 1, '') : text;
  const rest = result.slice(end);
  const space = result.slice(cut, start);
  const needsBreak = neighbour?.kind === 'line-comment' && !/^[ \t]*[\r\n]/.test(rest);
  result = result.slice(0, cut) + (needsBreak ? (/\r\n|\r|\n/.exec(space)?.[0] ?? '') : '') + rest;
  return commaBefore ? splice(result, commaBefore.start, 1, '') : result;
}

/** A document in a text without a value: after its comments, before its last white space. */
function intoBlank(text: string, document: string, eol: string): string {
  const head = text.trimEnd();
  const rest = text.slice(head.length);
  return `${head}${head === '' ? '' : eol}${document}${/[\r\n]/.test(rest) ? rest : rest + eol}`;
}

function nest(keys: readonly string[], value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}
