import { createHash } from 'node:crypto';
import type { Node } from 'jsonc-parser';
import { type JsonDialect, membersOf, objectsAlong, parseJsonText } from './json-text.ts';
import type { ClientRow } from './registry.ts';

/** What fills an entry's placeholders. A value that is undefined takes its field out. */
export interface EntryValues {
  readonly url?: string;
  readonly token?: string;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

type JsonObject = Record<string, unknown>;

/** Stands for a token wherever an entry is shown. */
export const HIDDEN = '…';

/** The name of a server's entry in clients' files (D3). */
export function entryName(slug: string): string {
  return `berth-${slug}`;
}

/** The object that a row's shape says, with the values filled in. */
export function buildEntry(row: ClientRow, values: EntryValues): JsonObject {
  const shape = (row.via === 'url' ? row.entries.url : row.entries.stdio) ?? {};
  return fillObject(shape, new Map(Object.entries(values)));
}

/**
 * Our fields in an entry that somebody may have added to: fields that any of the row's shapes names are ours, others stay; the
 * same one level down, so that a header or variable of the user's survives.
 */
export function mergeEntry(row: ClientRow, existing: unknown, ours: JsonObject): JsonObject {
  if (!isObject(existing)) return ours;
  const owned = new Set([row.entries.url, row.entries.stdio].flatMap((shape) => Object.keys(shape ?? {})));
  const merged: JsonObject = {};
  for (const [field, value] of Object.entries(existing)) {
    const own = ours[field];
    if (isObject(own) && isObject(value)) merged[field] = { ...value, ...own };
    else if (own !== undefined) merged[field] = own;
    else if (!owned.has(field)) merged[field] = value;
  }
  for (const [field, value] of Object.entries(ours)) merged[field] ??= value;
  return merged;
}

/** Whether the entry still says what `ours` says; fields in it that are not ours do not matter. */
export function containsEntry(existing: unknown, ours: unknown): boolean {
  if (isObject(ours)) {
    return isObject(existing) && Object.entries(ours).every(([key, value]) => containsEntry(existing[key], value));
  }
  if (typeof ours === 'string' && ours.includes(HIDDEN)) {
    const [head = '', tail = ''] = ours.split(HIDDEN);
    return typeof existing === 'string' && existing.startsWith(head) && existing.endsWith(tail);
  }
  return canonical(existing) === canonical(ours);
}

/** SHA-256 of an entry's meaning: order and layout do not count. */
export function hashEntry(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/**
 * The text with what may be secret shown as `…`: every header and variable of every entry, and every endpoint token wherever it
 * stands. A text that does not parse only loses the tokens.
 */
export function hideSecrets(text: string, dialect: JsonDialect, keys: readonly string[]): string {
  let shown = text;
  for (const node of secretNodes(text, dialect, keys).sort((a, b) => b.offset - a.offset)) {
    const scheme = /^(Bearer|Basic) /i.exec(String(node.value))?.[0] ?? '';
    shown = `${shown.slice(0, node.offset)}"${scheme}${HIDDEN}"${shown.slice(node.offset + node.length)}`;
  }
  return shown.replace(/berth_[A-Za-z0-9_-]{16,}/g, HIDDEN);
}

function secretNodes(text: string, dialect: JsonDialect, keys: readonly string[]): Node[] {
  let container: Node | undefined;
  try {
    const objects = objectsAlong(text, parseJsonText(text, dialect), keys);
    container = objects.length > keys.length ? objects.at(-1) : undefined;
  } catch {
    return [];
  }
  if (container === undefined) return [];
  return membersOf(container)
    .flatMap(({ value }) => (value.type === 'object' ? membersOf(value) : []))
    .filter(({ key, value }) => /headers$|^env$|^environment$|^envs$/i.test(key) && value.type === 'object')
    .flatMap(({ value }) => membersOf(value))
    .flatMap(({ value }) => (value.type === 'string' ? [value] : []));
}

function fillObject(shape: JsonObject, values: ReadonlyMap<string, unknown>): JsonObject {
  const filled = Object.entries(shape).map(([key, value]) => [key, fill(value, values)] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

function fill(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (isObject(value)) return fillObject(value, values);
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (typeof value !== 'string') return value;
  const alone = /^\$\{(\w+)\}$/.exec(value)?.[1];
  if (alone !== undefined) return values.get(alone);
  return value.replace(/\$\{(\w+)\}/g, (_all, name: string) => String(values.get(name) ?? ''));
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
    ) ?? 'undefined'
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
