import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export interface Tab {
  readonly id: string;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

/** Tabs that draw only the one that is shown. */
export function Tabs({
  tabs,
  current,
  onChange,
  label,
  bodyClass,
}: {
  tabs: readonly Tab[];
  current: string;
  onChange(id: string): void;
  label: string;
  bodyClass?: string;
}) {
  return (
    <Radix.Root value={current} onValueChange={onChange} className="flex min-h-0 flex-1 flex-col">
      <Radix.List aria-label={label} className="flex shrink-0 gap-4 border-b border-line px-4">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px border-b-2 border-transparent py-1.5 text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
          >
            {tab.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className={classNames('min-h-0 flex-1 overflow-y-auto', bodyClass)}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
