import type { OptionValue } from '../../../contract/model/server.ts';

const REFERENCE = /\bsecret:([A-Za-z0-9._-]{1,64})/g;

/** Whether a value is nothing but a reference to one secret. */
export function isSecretReference(value: OptionValue): boolean {
  return typeof value === 'string' && /^secret:[A-Za-z0-9._-]{1,64}$/.test(value);
}

/** Names of the secrets that a text refers to as `secret:NAME`, whole or within it (`Bearer secret:NAME`). */
export function secretNamesInText(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap((match) => match[1] ?? []);
}

/** Names of all secrets that a server's options refer to, each once. */
export function secretNamesIn(options: Readonly<Record<string, OptionValue>>): string[] {
  return [...new Set(Object.values(options).flatMap((value) => secretNamesInText(String(value))))];
}

/** Puts secrets in the place of their references; tells `missing` of a name that has no value. */
export function withSecrets(
  text: string,
  secrets: Readonly<Record<string, string>>,
  missing: (name: string) => never,
): string {
  return text.replace(REFERENCE, (_, name: string) =>
    Object.hasOwn(secrets, name) ? (secrets[name] ?? '') : missing(name),
  );
}
