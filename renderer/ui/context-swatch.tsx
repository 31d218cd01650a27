import type { ContextColour } from '../../contract/model/context.ts';
import { classNames } from './class-names.ts';

/** The mark of a context's colour. Square, since round and pointed marks are states; production shows its own whatever was chosen. */
export function ContextSwatch({
  colour,
  production = false,
  size = 8,
}: {
  colour: ContextColour | null;
  production?: boolean;
  size?: number;
}) {
  if (colour === null && !production) return null;
  return (
    <span
      aria-hidden
      className={classNames('inline-block shrink-0 rounded-[2px]', production && 'bg-prod')}
      style={{ width: size, height: size, ...(production ? {} : { background: `var(--ctx-${colour})` }) }}
    />
  );
}
