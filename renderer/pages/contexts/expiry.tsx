import { absoluteText, untilText } from '../../model/time-text.ts';
import { useNow } from '../../ui/time.tsx';

const MINUTE = 60_000;
const SOON = 7 * 24 * 60 * MINUTE;

/** When a credential ends: loud when it has, marked when it will within a week. */
export function Expiry({ expiresAt }: { expiresAt: string }) {
  const now = useNow(MINUTE);
  const at = Date.parse(expiresAt);
  const over = at <= now;
  return (
    <time
      dateTime={expiresAt}
      title={absoluteText(at)}
      className={over ? 'font-medium text-bad' : at - now < SOON ? 'text-warn' : undefined}
    >
      {over ? 'expired' : 'expires'} {untilText(at, now)}
    </time>
  );
}
