import { markOf } from './mark-scanner.ts';

const REDACTED = '[redacted]';
/** Values shorter than this are not searched for: they would blank out half of every log. */
const SHORTEST_SECRET = 4;
/** Newest first; beyond that the oldest are forgotten, whose tokens have long expired. */
const MOST_SECRETS = 4_000;
/** Of a value that stands inside a longer base64 text, shorter than this, too much else would be hit. */
const SHORTEST_CORE = 12;

/** A set of exact values that must not be shown, also in the forms that they take in URLs, JSON and headers. */
export class KnownSecrets {
  #values = new Set<string>();
  #pattern: RegExp | null = null;
  #version = 0;

  add(values: readonly string[]): void {
    const before = this.#values.size;
    for (const value of values) {
      if (value.length < SHORTEST_SECRET) continue;
      for (const form of formsOf(value)) this.#values.add(form);
    }
    if (this.#values.size === before) return;
    if (this.#values.size > MOST_SECRETS) this.#values = new Set([...this.#values].slice(-MOST_SECRETS));
    // Longest first, so that a secret that begins with another goes as a whole.
    const sources = [...this.#values].sort((a, b) => b.length - a.length).map(escapeRegExp);
    this.#pattern = new RegExp(sources.join('|'), 'g');
    this.#version += 1;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  redact(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, REDACTED) : text;
  }

  /** One for each form that can stand in a line: a line without any of these needs no redaction. */
  marks(): string[] {
    return [...this.#values].filter((value) => !value.includes('\n')).map(markOf);
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= 16);
  return [
    value,
    json,
    // JSON in JSON, and JSON as Go writes it.
    JSON.stringify(json).slice(1, -1),
    json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...base64Cores(bytes),
    // A value of several lines reaches a log line by line.
    ...(lines.length > 1 ? lines : []),
  ].filter((form) => form.length >= SHORTEST_SECRET);
}

/**
 * What is certain of its base64 when the value stands inside something longer, like `user:value` of a Basic header: one form
 * for each of the three places that it can begin at.
 */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const core = encoded.slice(start, end);
    return core.length < SHORTEST_CORE ? [] : [core, core.replaceAll('-', '+').replaceAll('_', '/')];
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
