import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';

type Kind = 'plain' | 'primary' | 'danger' | 'quiet';
type Size = 'normal' | 'small' | 'icon';

const kinds: Readonly<Record<Kind, string>> = {
  plain: 'border-line-2 bg-panel text-text hover:bg-raise hover:border-control',
  primary: 'border-transparent bg-accent text-on-accent hover:brightness-110',
  danger: 'border-bad/40 bg-panel text-bad hover:bg-bad-bg',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-code hover:text-text',
};

const sizes: Readonly<Record<Size, string>> = {
  normal: 'h-7 px-2.5 gap-1.5',
  small: 'h-[22px] px-1.5 gap-1 text-sm',
  icon: 'size-7 justify-center',
};

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  kind?: Kind;
  size?: Size;
  /** Shows that its work is under way and takes no more clicks. */
  busy?: boolean;
  icon?: ReactNode;
  children?: ReactNode;
}

/** The one button. A button with an icon only needs an `aria-label`, which is its tooltip too. */
export function Button({
  kind = 'plain',
  size = 'normal',
  busy = false,
  icon,
  children,
  className,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      title={children === undefined ? rest['aria-label'] : undefined}
      {...rest}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
      className={classNames(
        'inline-flex shrink-0 items-center rounded-md border font-medium whitespace-nowrap transition-colors duration-100 select-none',
        'disabled:opacity-55 disabled:hover:brightness-100',
        kinds[kind],
        sizes[size],
        className,
      )}
    >
      {busy ? <LoaderCircle size={14} className="spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}
