import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A titled group of rows. */
export function Box({
  title,
  aside,
  children,
  className,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={classNames('overflow-hidden rounded-lg border border-line bg-panel', className)}>
      <div className="flex min-h-8 items-center justify-between gap-3 border-b border-line bg-raise py-0.5 pr-1.5 pl-2.5">
        <h3 className="text-sm font-semibold text-muted">{title}</h3>
        {aside && <div className="flex items-center gap-1 pr-1 text-sm text-muted">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** Pairs of a word and its value. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-y-1.5">{children}</dl>;
}

export function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{word}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}
