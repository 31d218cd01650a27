const REDACTED = '[redacted]';

/** Values shorter than this are not searched for: they would blank out half of every log. */
const SHORTEST_SECRET = 4;
/** Newest first; beyond that the oldest are forgotten, whose tokens have long expired. */
const MOST_SECRETS = 2_000;

/** Whether any of the rules below could apply: nearly all lines end here. */
const suspicious =
  /eyJ|bearer|basic |-----BEGIN|LS0tLS1CRUdJTi|:\/\/[^\s/]*@|token|passw|secret|authorization|api[-_]?key/i;

const rules: readonly (readonly [RegExp, string])[] = [
  // Private keys that stand in one line, with real or escaped line ends.
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, '[redacted key]'],
  // base64 of "-----BEGIN ": client-key-data and its like in kubeconfigs.
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/]+=*/g, '[redacted key]'],
  // JWTs (service-account tokens, OIDC): header.payload.signature, of which the first begins with `{"`.
  [/\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g, REDACTED],
  [/\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{8,}=*/gi, `$1${REDACTED}`],
  [/\b(authorization["']?\s*[:=]\s*["']?)(?!(?:bearer|basic)\b)[^\s"',}]+/gi, `$1${REDACTED}`],
  // user:password@host and token@host in URLs.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`],
  [
    /(["']?(?:[a-z]+[-_]?)*(?:token|secret|api[-_]?key)["']?\s*[:=]\s*["']?)[A-Za-z0-9._~+/-]{16,}=*/gi,
    `$1${REDACTED}`,
  ],
  [/((?:password|passwd)["']?\s*=\s*["']?)[^\s"',;&]+/gi, `$1${REDACTED}`],
  [/(["'](?:password|passwd)["']\s*:\s*["'])(?:[^"'\\]|\\.)+/gi, `$1${REDACTED}`],
];

/** The text without anything that looks like a credential. Works on one line; keys over several lines are `KeyBlock`'s. */
export function redactPatterns(text: string): string {
  if (!suspicious.test(text)) return text;
  let rest = text;
  for (const [pattern, replacement] of rules) rest = rest.replace(pattern, replacement);
  return rest;
}

/** A set of exact values that must not be shown, also in the forms that they take in URLs, JSON and headers. */
export class KnownSecrets {
  #values = new Set<string>();
  #pattern: RegExp | null = null;

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
  }

  redact(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, REDACTED) : text;
  }
}

/** Hides a private key that is printed over several lines. One for each output, which it reads in order. */
export class KeyBlock {
  /** No key is longer; a lost end line may not swallow the rest of a log. */
  static readonly #MOST_LINES = 200;
  #left = 0;

  /** The line as it may be shown. */
  read(line: string): string {
    if (this.#left > 0) {
      const ends = /-----END [A-Z0-9 ]*PRIVATE KEY-----/.test(line);
      this.#left = ends ? 0 : this.#left - 1;
      return '[redacted key]';
    }
    if (line.includes('PRIVATE KEY-----') && /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?!.*-----END)/.test(line)) {
      this.#left = KeyBlock.#MOST_LINES;
    }
    return line;
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= 16);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    // A value of several lines reaches a log line by line.
    ...(lines.length > 1 ? lines : []),
  ];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
