import { visibleText } from '../../../contract/visible-text.ts';

const HIDDEN = '[redacted]';

/** Names of arguments whose value is a credential, whatever it looks like. `secret` alone may be the name of a Secret object. */
const secretNames =
  /passw(or)?d|passphrase|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|client[-_]?secret/i;

/**
 * Arguments as JSON text that may be stored and that a person reads before they decide: values under telling names are hidden, all
 * other text goes through `redact`, and nothing in it is invisible. Arguments are at most 500 levels deep (see `isTooDeep`).
 */
export function redactedArguments(args: unknown, redact: (text: string) => string): string {
  return visibleText(JSON.stringify(redacted(args, false, redact)));
}

function redacted(value: unknown, secret: boolean, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return secret && value !== '' ? HIDDEN : redact(value);
  if (typeof value === 'number') return secret ? HIDDEN : value;
  if (Array.isArray(value)) {
    return value.map((item, index) => redacted(item, secret || isSecretFlag(value[index - 1], item), redact));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redacted(item, secretNames.test(name), redact)]),
  );
}

/** In a command line as a list: `--token` and what follows it. */
function isSecretFlag(flag: unknown, value: unknown): boolean {
  if (typeof flag !== 'string' || !/^--?[\w-]+$/.test(flag) || !secretNames.test(flag)) return false;
  return typeof value === 'string' && !value.startsWith('-');
}
