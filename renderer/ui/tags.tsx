import { FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ContextColour } from '../../contract/model/context.ts';
import type { GuardLevel } from '../../contract/model/guard.ts';
import { classNames } from './class-names.ts';
import { ContextSwatch } from './context-swatch.tsx';

const tag = 'inline-block shrink-0 rounded px-1.5 text-[11px] leading-[17px] font-semibold whitespace-nowrap';

export function ProductionTag() {
  return <span className={classNames(tag, 'bg-prod-bg text-prod')}>production</span>;
}

/** Says wherever a demo cluster stands that it is one. */
export function DemoTag() {
  return (
    <span
      className={classNames(
        tag,
        'inline-flex items-center gap-1 border border-dashed border-control !leading-[15px] !font-medium text-muted',
      )}
      title="A small cluster inside Berth, to try things with. Its data is made up."
    >
      <FlaskConical size={10} aria-hidden />
      demo
    </span>
  );
}

/** A context's name with its marks: production in its own colour, demo with its label. */
export function ContextName({
  name,
  production,
  demo,
  colour = null,
}: {
  name: ReactNode;
  production: boolean;
  demo: boolean;
  colour?: ContextColour | null;
}) {
  return (
    <span className="inline-flex max-w-full min-w-0 flex-wrap items-center gap-x-1.5 align-top">
      {!production && <ContextSwatch colour={colour} />}
      <span className="min-w-0 truncate" title={typeof name === 'string' ? name : undefined}>
        {name}
      </span>
      {production && <ProductionTag />}
      {demo && <DemoTag />}
    </span>
  );
}

const guards: Readonly<Record<GuardLevel, string>> = {
  'read-only': 'border-line-2 text-muted',
  ask: 'border-accent/40 text-accent',
  full: 'border-warn/45 text-warn',
};

export function GuardTag({ level, title }: { level: GuardLevel; title?: string | undefined }) {
  return (
    <span
      title={title}
      className={classNames(
        'inline-block rounded border px-1.5 text-sm leading-[18px] whitespace-nowrap',
        guards[level],
      )}
    >
      {level}
    </span>
  );
}

/** A small neutral label. */
export function Tag({
  children,
  tone = 'plain',
  title,
}: {
  children: ReactNode;
  tone?: 'plain' | 'ok' | 'warn' | 'bad' | 'accent';
  title?: string;
}) {
  const tones = {
    plain: 'bg-code text-muted',
    ok: 'bg-ok-bg text-ok',
    warn: 'bg-warn-bg text-warn',
    bad: 'bg-bad-bg text-bad',
    accent: 'bg-accent-bg text-accent',
  };
  return (
    <span className={classNames(tag, 'font-medium', tones[tone])} title={title}>
      {children}
    </span>
  );
}
