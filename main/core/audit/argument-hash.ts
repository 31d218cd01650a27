import { hash } from 'node:crypto';

/** SHA-256, in hex, of a tool and its arguments: the same for the same call, whatever the order of the keys (D16). */
export function argumentHash(tool: string, args: unknown): string {
  return hash('sha256', JSON.stringify([tool, sorted(args ?? {})]), 'hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // A list of pairs: an object would put keys that look like numbers first, and lose "__proto__".
  return { entries: entries.map(([key, item]) => [key, sorted(item)]) };
}
