import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

const control =
  'w-full rounded-md border border-control bg-panel text-text transition-colors hover:border-muted disabled:opacity-55 aria-invalid:border-bad';

export function TextInput({ className, mono, ...rest }: ComponentProps<'input'> & { mono?: boolean }) {
  return (
    <input
      type="text"
      autoComplete="off"
      autoCorrect="off"
      spellCheck={false}
      {...rest}
      className={classNames(control, 'h-7 px-2', mono && 'font-mono text-sm', className)}
    />
  );
}

export function TextArea({ className, mono, ...rest }: ComponentProps<'textarea'> & { mono?: boolean }) {
  return (
    <textarea
      spellCheck={false}
      {...rest}
      className={classNames(control, 'block min-h-16 px-2 py-1.5', mono && 'font-mono text-sm', className)}
    />
  );
}

/** The platform's own select: keyboard, screen readers and long lists work as everywhere else. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={classNames('relative inline-flex min-w-0', className)}>
      <select {...rest} className={classNames(control, 'h-7 appearance-none truncate pr-7 pl-2')}>
        {children}
      </select>
      <ChevronDown size={14} aria-hidden className="pointer-events-none absolute top-[7px] right-2 text-muted" />
    </span>
  );
}

export interface FieldProps {
  label: ReactNode;
  /** What it is for; below the control. */
  hint?: ReactNode;
  /** What is wrong with it now. */
  problem?: string | null | undefined;
  required?: boolean;
  /** Draws the control with the ids that tie label, hint and problem to it. */
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
}

/** A labelled control. */
export function Field({ label, hint, problem, required, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
        {required && (
          <span className="ml-1 text-sm font-normal text-muted" aria-hidden>
            required
          </span>
        )}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': problem ? true : undefined })}
      {problem && (
        <p id={`${id}-problem`} className="text-sm text-bad">
          {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A checkbox with its words to the right. */
export function Check({ children, hint, ...rest }: ComponentProps<'input'> & { hint?: ReactNode }) {
  return (
    <label className="flex items-start gap-2">
      <input
        type="checkbox"
        {...rest}
        className={classNames('mt-[3px] size-3.5 shrink-0 accent-accent', rest.className)}
      />
      <span className="min-w-0">
        {children}
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
}

/** One of several choices with room to explain it: a radio in a box. */
export function ChoiceCard({ children, ...rest }: ComponentProps<'input'>) {
  return (
    <label
      className={classNames(
        'flex items-start gap-2.5 rounded-lg border border-line-2 bg-panel px-3 py-2.5 hover:border-control has-checked:border-accent has-checked:bg-accent-bg has-focus-visible:outline-2 has-focus-visible:outline-accent',
        rest.disabled && 'opacity-55',
      )}
    >
      <input type="radio" {...rest} className="mt-[3px] size-3.5 shrink-0 accent-accent outline-none" />
      <span className="min-w-0 flex-1">{children}</span>
    </label>
  );
}
