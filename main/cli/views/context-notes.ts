import type { Context, Expiry } from '../../../contract/model/context.ts';
import type { Paint } from '../style.ts';
import { until } from '../time-text.ts';

const kinds: Readonly<Record<Expiry['kind'], string>> = {
  'client-certificate': 'certificate',
  token: 'token',
  'token-file': 'token file',
  exec: 'login plugin',
};

/** When a context's credential ends: `in 5h`, `expired 3m ago`; with what ends then where there is room. Null when that is not known. */
export function expiryText({ expiresAt, expiry }: Context, now: number, wide: boolean): string | null {
  const text = until(expiresAt, now);
  if (text === null || !wide || !expiry) return text;
  return `${text} (${kinds[expiry.kind]}${expiry.kind === 'exec' ? ', renewed' : ''})`;
}

/** What ends soon is marked, what has ended is loud. */
export function expiryTone(paint: Paint): (text: string, context: Context) => string {
  return (text, { expiry }) =>
    expiry?.state === 'expired' ? paint('bad', text) : expiry?.state === 'soon' ? paint('warn', text) : text;
}

/** One line for each credential that has ended or will soon. */
export function credentialNotes(contexts: readonly Context[], now: number): string[] {
  return contexts.flatMap(({ ref, expiry }) => {
    if (!expiry || expiry.state === 'ok') return [];
    const what = `The credential of ${ref} (${kinds[expiry.kind]})`;
    const when = until(expiry.at, now) ?? '';
    return [expiry.state === 'expired' ? `${what} ${when}. Log in again.` : `${what} ends ${when}.`];
  });
}

/** Says that kubectl works on another context than these servers do; null when it does not, or has none. */
export function kubectlNote(context: string | null, contexts: readonly Context[]): string | null {
  const current = contexts.find((one) => one.current);
  return current && context !== null && current.ref !== context ? `kubectl's current context is ${current.ref}.` : null;
}
