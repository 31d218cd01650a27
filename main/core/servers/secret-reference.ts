import type { OptionValue } from '../../../contract/model/server.ts';

const PREFIX = 'secret:';

/** The name in a `secret:NAME` reference, as options hold it instead of a value; null for anything else. */
export function secretNameOf(value: OptionValue): string | null {
  return typeof value === 'string' && value.startsWith(PREFIX) ? value.slice(PREFIX.length) : null;
}

/** The reference that stands for a secret in options. */
export function secretReference(name: string): string {
  return `${PREFIX}${name}`;
}
