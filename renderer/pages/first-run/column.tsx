import type { ReactNode } from 'react';

/** One of the numbered questions of the first run. */
export function Column({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-2.5 flex items-center gap-2 text-lg font-semibold">
        <span
          aria-hidden
          className="grid size-5 place-items-center rounded-full bg-code text-sm font-semibold text-muted"
        >
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Choices that scroll by themselves when there are many. */
export function ManyChoices({ children }: { children: ReactNode }) {
  return <div className="-m-1 flex max-h-[420px] flex-col gap-1.5 overflow-y-auto p-1">{children}</div>;
}
