import type { Context, Expiry as ContextExpiry } from '../../../contract/model/context.ts';
import { absoluteText, untilText } from '../../model/time-text.ts';
import { classNames } from '../../ui/class-names.ts';
import { useNow } from '../../ui/time.tsx';

const MINUTE = 60_000;

const tones: Readonly<Record<ContextExpiry['state'], string | undefined>> = {
  ok: undefined,
  soon: 'text-warn',
  expired: 'font-medium text-bad',
};

/** When a credential ends: marked when that is soon, loud when it has. Which of them it is, the core says. */
export function Expiry({ context }: { context: Pick<Context, 'expiresAt' | 'expiry'> }) {
  const now = useNow(MINUTE);
  const { expiresAt, expiry } = context;
  if (expiresAt === null) return null;
  const at = Date.parse(expiresAt);
  const state = expiry?.state ?? 'ok';
  return (
    <time
      dateTime={expiresAt}
      title={`${absoluteText(at)}${expiry?.kind === 'exec' ? '; the login plugin gives a new one before that' : ''}`}
      className={classNames('whitespace-nowrap', tones[state])}
    >
      {state === 'expired' || at <= now ? 'expired' : expiry?.kind === 'exec' ? 'renewed' : 'expires'}{' '}
      {untilText(at, now)}
    </time>
  );
}
