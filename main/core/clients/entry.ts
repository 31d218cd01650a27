import { createHash } from 'node:crypto';
import type { ClientVia } from '../../../contract/model/client.ts';
import { foreignEntry } from './existing/foreign-entry.ts';
import { knownSecrets, secretsIn } from './existing/secret-values.ts';
import type { ClientRow } from './registry.ts';
import type { ConfigPlace, ConfigText } from './text/config-text.ts';
import { isRecord } from './text/same-value.ts';

/** What fills an entry's placeholders. A value that is undefined takes its field out. */
export interface EntryValues {
  /** Of the entry, for clients that want it inside as well. */
  readonly name: string;
  readonly url?: string;
  readonly token?: string;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

type JsonObject = Record<string, unknown>;

/** Stands for a token wherever an entry is shown. */
export const HIDDEN = '…';

/** What endpoint tokens look like, also those that were cut off. */
const TOKEN = 'berth_[A-Za-z0-9_-]{16,}';

/** The name of a server's entry in clients' files (D3). */
export function entryName(slug: string): string {
  return `berth-${slug}`;
}

/** The object that a row's shape for this way says, with the values filled in. */
export function buildEntry(row: ClientRow, via: ClientVia, values: EntryValues): JsonObject {
  const shape = (via === 'url' ? row.entries.url : row.entries.stdio) ?? {};
  return fillObject(shape, new Map(Object.entries(values)));
}

/**
 * Our fields in an entry that somebody may have added to: fields that any of the row's shapes names are ours, others stay; in the
 * objects below, such as headers and variables, what somebody added stays, too.
 */
export function mergeEntry(row: ClientRow, existing: unknown, ours: JsonObject): JsonObject {
  const owned = new Set([row.entries.url, row.entries.stdio].flatMap((shape) => Object.keys(shape ?? {})));
  return merge(existing, ours, owned);
}

function merge(existing: unknown, ours: JsonObject, owned: ReadonlySet<string>): JsonObject {
  if (!isRecord(existing)) return ours;
  const merged: JsonObject = {};
  for (const [field, value] of Object.entries(existing)) {
    const own = ours[field];
    if (isRecord(own)) merged[field] = merge(value, own, new Set());
    else if (own !== undefined) merged[field] = own;
    else if (!owned.has(field)) merged[field] = value;
  }
  for (const [field, value] of Object.entries(ours)) merged[field] ??= value;
  return merged;
}

/** Whether the entry still says what `ours` says; fields in it that are not ours do not matter. */
export function containsEntry(existing: unknown, ours: unknown): boolean {
  if (isRecord(ours)) {
    return isRecord(existing) && Object.entries(ours).every(([key, value]) => containsEntry(existing[key], value));
  }
  if (typeof ours === 'string' && ours.includes(HIDDEN)) {
    const [head = '', tail = ''] = ours.split(HIDDEN);
    return typeof existing === 'string' && existing.startsWith(head) && existing.endsWith(tail);
  }
  return canonical(existing) === canonical(ours);
}

/** Whether an entry says what we would write now, whatever its token is. */
export function saysTheSame(existing: unknown, ours: JsonObject): boolean {
  return containsEntry(existing, JSON.parse(hideTokens(JSON.stringify(ours))));
}

/** SHA-256 of an entry's meaning: order and layout do not count. */
export function hashEntry(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** The endpoint token that stands somewhere in an entry. */
export function tokenOf(value: unknown): string | null {
  return new RegExp(TOKEN).exec(JSON.stringify(value) ?? '')?.[0] ?? null;
}

/** The entry with another token in the place of one. */
export function withToken(value: unknown, former: string, token: string): unknown {
  if (typeof value === 'string') return value.replaceAll(former, token);
  if (Array.isArray(value)) return value.map((item) => withToken(item, former, token));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withToken(item, former, token)]));
}

/**
 * The text with what may be secret shown as `…`: every header and variable of every entry, what looks like a secret in arguments and
 * URLs, and every endpoint token and token of a known kind wherever it stands. A text that does not parse only loses the tokens.
 */
export function hideSecrets(text: string, format: ConfigText, place: ConfigPlace): string {
  let shown = text;
  const spans = format.stringsUnder(text, place, /headers$|^env$|^environment$|^envs$/i);
  for (const { start, end, value } of spans.toSorted((a, b) => b.start - a.start)) {
    const scheme = /^(Bearer|Basic) /i.exec(value)?.[0] ?? '';
    shown = `${shown.slice(0, start)}"${scheme}${HIDDEN}"${shown.slice(end)}`;
  }
  for (const value of secretValues(text, format, place)) shown = shown.split(value).join(HIDDEN);
  return hideTokens(shown).replace(knownSecrets, HIDDEN);
}

/** A text without Berth's own tokens. */
export function hideTokens(text: string): string {
  return text.replaceAll(new RegExp(TOKEN, 'g'), HIDDEN);
}

/** Secrets of all entries in every spelling that a text may have, longest first; short ones only in quotes, since they may be part of anything. */
function secretValues(text: string, format: ConfigText, place: ConfigPlace): string[] {
  const values = new Set<string>();
  try {
    for (const [name, raw] of format.entries(text, place)) {
      for (const { value } of secretsIn(foreignEntry(name, raw))) {
        const quoted = JSON.stringify(value);
        for (const spelling of [value, quoted.slice(1, -1), encodeURIComponent(value)]) {
          values.add(spelling.length >= 6 ? spelling : quoted);
        }
      }
    }
  } catch {
    return [];
  }
  return [...values].sort((one, other) => other.length - one.length);
}

function fillObject(shape: JsonObject, values: ReadonlyMap<string, unknown>): JsonObject {
  const filled = Object.entries(shape).map(([key, value]) => [key, fill(value, values)] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

function fill(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (isRecord(value)) return fillObject(value, values);
  if (Array.isArray(value)) return value.flatMap((item) => fillItem(item, values));
  if (typeof value !== 'string') return value;
  const alone = /^\$\{(\w+)\}$/.exec(value)?.[1];
  if (alone !== undefined) return values.get(alone);
  return value.replace(/\$\{(\w+)\}/g, (_all, name: string) => String(values.get(name) ?? ''));
}

/** The items that one of a list's becomes: `--env=${env...}` is one for each variable; one without a value is none. */
function fillItem(item: unknown, values: ReadonlyMap<string, unknown>): unknown[] {
  const spread = typeof item === 'string' ? /^(.*)\$\{(\w+)\.\.\.\}(.*)$/.exec(item) : null;
  if (spread === null) {
    const filled = fill(item, values);
    return filled === undefined ? [] : [filled];
  }
  const [, head = '', name = '', tail = ''] = spread;
  const value = values.get(name);
  const all = isRecord(value) ? Object.entries(value).map(([key, each]) => `${key}=${each}`) : value;
  return Array.isArray(all) ? all.map((each) => `${head}${each}${tail}`) : [];
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
    ) ?? 'undefined'
  );
}
