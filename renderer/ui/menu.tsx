import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A menu that opens from a button. */
export function Menu({
  trigger,
  children,
  align = 'end',
  onOpenChange,
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
  onOpenChange?(open: boolean): void;
}) {
  return (
    <Radix.Root modal={false} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="appear z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border border-line-2 bg-panel p-1 shadow-pop"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const item =
  'flex min-h-7 items-center gap-2 rounded-md px-2 py-1 outline-none data-highlighted:bg-accent-bg data-disabled:opacity-50';

export interface MenuItemProps {
  onSelect(): void;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, icon, danger, disabled = false, children }: MenuItemProps) {
  return (
    <Radix.Item onSelect={onSelect} disabled={disabled} className={classNames(item, danger && 'text-bad')}>
      {icon && <span className="text-muted">{icon}</span>}
      {children}
    </Radix.Item>
  );
}

/** A field that narrows a long menu. The arrow down and Enter go on to the first item; Escape and Tab belong to the menu. */
export function MenuSearch({
  value,
  onChange,
  placeholder,
}: {
  value: string;
  onChange(value: string): void;
  placeholder: string;
}) {
  return (
    <div className="sticky -top-1 z-10 -mx-1 -mt-1 mb-1 w-[440px] max-w-[calc(100vw-2rem)] border-b border-line bg-panel">
      <input
        type="search"
        // biome-ignore lint/a11y/noAutofocus: the menu was opened just now, and typing is what a long one is opened for
        autoFocus
        aria-label={placeholder}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className="h-9 w-full bg-transparent px-3 outline-none"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Tab') return;
          // The menu would take letters for the beginning of an item's name.
          event.stopPropagation();
          if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
          event.preventDefault();
          const first = event.currentTarget
            .closest('[role="menu"]')
            ?.querySelector<HTMLElement>('[role="menuitem"]:not([data-disabled])');
          first?.focus();
          if (event.key === 'Enter') first?.click();
        }}
      />
    </div>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
