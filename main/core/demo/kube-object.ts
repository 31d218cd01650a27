import { createHash } from 'node:crypto';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A Kubernetes object as the API gives it. */
export interface KubeObject extends Json {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface ObjectMeta extends Json {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** An object before the cluster gives it a resource version. */
export interface NewObject extends Json {
  apiVersion: string;
  kind: string;
  metadata: Json & { name: string };
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of plain keys; undefined where there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isJson(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** The text at a dotted path, '' where there is none. */
export function textAt(value: unknown, path: string): string {
  const found = valueAt(value, path.split('.'));
  return found === undefined || found === null || typeof found === 'object' ? '' : String(found);
}

/** The list at a dotted path, empty where there is none. */
export function listAt(value: unknown, path: string): Json[] {
  const found = valueAt(value, path.split('.'));
  return Array.isArray(found) ? found.filter(isJson) : [];
}

/** Order of texts by their characters' codes, as Go and etcd order keys; never by a language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Hex digits that are the same for the same words, as names and uids of the demo are at each start. */
export function digest(...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex');
}

export function uidOf(...words: readonly string[]): string {
  const hex = digest(...words);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Letters and digits that Kubernetes uses in generated names: no vowels, nothing that reads like another. */
export function nameSuffix(length: number, ...words: readonly string[]): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const bytes = createHash('sha256').update(words.join('\0')).digest();
  return [...bytes.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** Milliseconds of `3d4h`, `90s`, `2m`. Throws for anything else: the demo's data is ours. */
export function durationMs(text: string): number {
  if (!/^(\d+[dhms])+$/.test(text)) throw new Error(`not a duration: ${text}`);
  const unit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
  let total = 0;
  for (const [, amount, letter] of text.matchAll(/(\d+)([dhms])/g)) {
    total += Number(amount) * unit[letter as keyof typeof unit];
  }
  return total;
}

/** Kubernetes' time: seconds, UTC. */
export function kubeTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** How long ago, as kubectl says it (apimachinery `HumanDuration`). */
export function humanAge(sinceMs: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - sinceMs) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const pair = (big: number, letter: string, small: number, smallLetter: string) =>
    small === 0 ? `${big}${letter}` : `${big}${letter}${small}${smallLetter}`;
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  if (days < 365 * 8) return pair(Math.floor(days / 365), 'y', days % 365, 'd');
  return `${Math.floor(days / 365)}y`;
}
