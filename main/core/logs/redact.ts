const REDACTED = '[redacted]';

/** Whether any of the rules below could apply. */
const suspicious =
  /eyJ|bearer|basic\s|-----BEGIN|LS0tLS1CRUdJTi|:\/\/[^\s/]*@|token|passw|secret|authorization|api[-_]?key|key-data|sha256~|gh[opsru]_/i;

/** Each text in which `suspicious` finds something has one of these in it, whatever the case (see `MarkScanner`). */
export const suspiciousMarks: readonly string[] = [
  ...['eyJ', 'eare', 'basi', '-BEG', 'CRUd', '://', 'oken', 'assw', 'secr', 'riza', 'apik', 'api-', 'api_', 'key-'],
  ...['256~', 'gho_', 'ghp_', 'ghs_', 'ghr_', 'ghu_'],
];

/** Each takes time in proportion to the line, whatever a server writes: no part that repeats may be read in two ways. */
const rules: readonly (readonly [RegExp, string])[] = [
  // Private keys that stand in one line, with real or escaped line ends.
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, '[redacted key]'],
  // base64 of "-----BEGIN ": client-key-data and its like in kubeconfigs.
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/]+=*/g, '[redacted key]'],
  [/\b(client-key-data["']?\s*:\s*["']?)[A-Za-z0-9+/]{16,}=*/g, '$1[redacted key]'],
  // JWTs (service-account tokens, OIDC): header.payload.signature, of which the first begins with `{"`.
  [/\beyJ[A-Za-z0-9_-]{6,2048}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g, REDACTED],
  // Tokens that say what they are: OpenShift's and GitHub's.
  [/\b(?:sha256~|gh[opsru]_)[A-Za-z0-9_-]{16,}/g, REDACTED],
  [/\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{8,}=*/gi, `$1${REDACTED}`],
  [/\b(authorization["']?\s*[:=]\s*["']?)(?!(?:bearer|basic)\b)[^\s"',}]+/gi, `$1${REDACTED}`],
  // user:password@host and token@host in URLs.
  [/(?<=[a-z0-9+.-]):\/\/[^\s/@"']+@/gi, `://${REDACTED}@`],
  // Command lines, also as a JSON list: what follows such a flag is secret, however short.
  [
    /(--[a-z0-9_-]{0,40}?(?:token|secret|password|passwd|api[-_]?key)(?:=|["']?\s*,\s*["']|\s+)["']?)(?!-|(?:is|was|must|or|and|for|flag)\b)[^\s"',]+/gi,
    `$1${REDACTED}`,
  ],
  [/((?:token|secret|api[-_]?key)["']?\s*[:=]\s*["']?)[A-Za-z0-9._~+/-]{16,}=*/gi, `$1${REDACTED}`],
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
