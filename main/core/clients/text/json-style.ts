import type { Node } from 'jsonc-parser';
import { marksBetween, membersOf } from './json-text.ts';
import { eolOf } from './text-lines.ts';

/** How a file is written, so that what we add looks as if its owner had. */
export interface JsonStyle {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  /** A space after the colons. */
  readonly spaced: boolean;
}

/** White space to write around a new member of an object, and how to print its value. */
export interface MemberLayout {
  /** Before the member; after a comma or the opening brace. */
  readonly lead: string;
  /** After the member, when the object was empty. */
  readonly tail: string;
  /** Indentation of the member's line; null when the value belongs on one line. */
  readonly indent: string | null;
}

/** Reads the style off the text; two spaces, LF and spaced colons where it shows none. */
export function styleOf(text: string, root: Node | null): JsonStyle {
  const first = root === null ? undefined : membersOf(root)[0];
  const indent = first && startsItsLine(text, first.property.offset) ? indentAt(text, first.property.offset) : '';
  const rootIndent = root === null ? '' : indentAt(text, root.offset);
  const unit = indent.startsWith(rootIndent) ? indent.slice(rootIndent.length) : indent;
  const key = first?.property.children?.[0];
  const colon = first && key ? text.slice(key.offset + key.length, first.value.offset) : ': ';
  return { eol: eolOf(text), unit: unit || '  ', spaced: /\s/.test(colon) };
}

/** Where a new last member of `object` goes, in the way its siblings are written. */
export function layoutIn(text: string, root: Node, object: Node, style: JsonStyle): MemberLayout {
  const members = membersOf(object);
  const last = members.at(-1);
  if (last === undefined) return layoutInEmpty(text, root, object, style);
  const onOwnLines = members.filter((member) => startsItsLine(text, member.property.offset));
  const model = onOwnLines.at(-1);
  if (model) {
    const indent = indentAt(text, model.property.offset);
    return { lead: style.eol + indent, tail: '', indent };
  }
  return { lead: gapBetween(text, members.at(-2), last) ?? (style.spaced ? ' ' : ''), tail: '', indent: null };
}

/** A value as text. With an indentation over several lines, else on one line. */
export function printJson(value: unknown, style: JsonStyle, indent: string | null): string {
  if (indent === null) return printOnOneLine(value, style.spaced);
  // Tabs inside of strings are escaped, so every raw tab is indentation.
  return JSON.stringify(value, null, '\t')
    .split('\n')
    .map((line) => line.replace(/^\t+/, (tabs) => style.unit.repeat(tabs.length)))
    .join(style.eol + indent);
}

/** `"name": value`. */
export function printMember(name: string, value: unknown, style: JsonStyle, indent: string | null): string {
  return `${JSON.stringify(name)}:${indent !== null || style.spaced ? ' ' : ''}${printJson(value, style, indent)}`;
}

/** Indentation of the line at this place. */
export function indentAt(text: string, offset: number): string {
  const line = text.slice(lineStart(text, offset), offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Whether nothing but white space stands before it on its line. */
export function startsItsLine(text: string, offset: number): boolean {
  const start = lineStart(text, offset);
  return start > 0 && /^[ \t]*$/.test(text.slice(start, offset));
}

function layoutInEmpty(text: string, root: Node, object: Node, style: JsonStyle): MemberLayout {
  const isRoot = object === root;
  if (!isRoot && !/[\r\n]/.test(text.slice(root.offset, root.offset + root.length))) {
    return { lead: '', tail: '', indent: null };
  }
  const outer = indentAt(text, object.offset);
  const indent = outer + style.unit;
  const inside = text.slice(object.offset + 1, object.offset + object.length - 1);
  const comments = marksBetween(text, object.offset + 1, object.offset + object.length - 1);
  const rest = comments.length > 0 ? text.slice(comments.at(-1)?.end, object.offset + object.length - 1) : inside;
  return { lead: style.eol + indent, tail: /[\r\n]/.test(rest) ? '' : style.eol + outer, indent };
}

function gapBetween(
  text: string,
  before: { property: Node } | undefined,
  after: { property: Node },
): string | undefined {
  if (before === undefined) return undefined;
  const gap = text.slice(before.property.offset + before.property.length, after.property.offset);
  return /^,[ \t]*$/.test(gap) ? gap.slice(1) : undefined;
}

function printOnOneLine(value: unknown, spaced: boolean): string {
  if (!spaced || typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => printOnOneLine(item, spaced)).join(', ')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printOnOneLine(item, spaced)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}
