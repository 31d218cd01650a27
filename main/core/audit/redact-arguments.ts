const HIDDEN = '[redacted]';

/** Names of arguments whose value is a credential, whatever it looks like. `secret` alone may be the name of a Secret object. */
const secretNames =
  /passw(or)?d|passphrase|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|client[-_]?secret/i;

/** Arguments as JSON text that may be stored: values under telling names are hidden, all other text goes through `redact`. */
export function redactedArguments(args: unknown, redact: (text: string) => string): string {
  return JSON.stringify(args, (name, value: unknown) => {
    if (typeof value === 'string') return secretNames.test(name) && value !== '' ? HIDDEN : redact(value);
    if (typeof value === 'number' && secretNames.test(name)) return HIDDEN;
    return value;
  });
}
