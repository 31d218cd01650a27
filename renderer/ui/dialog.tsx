import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  width?: 'narrow' | 'normal' | 'wide';
}

const widths = { narrow: 'max-w-[440px]', normal: 'max-w-[600px]', wide: 'max-w-[860px]' };

/** A modal dialog: focus stays inside, Escape closes, and the focus goes back to where it was. */
export function Dialog({ open, onClose, title, description, children, footer, width = 'normal' }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={focusFirst}
          onInteractOutside={keepForMessages}
          className={classNames(
            'appear fixed inset-x-4 top-[8vh] z-50 mx-auto flex max-h-[84vh] flex-col rounded-xl border border-line-2 bg-panel shadow-pop',
            widths[width],
          )}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <Button kind="quiet" size="icon" aria-label="Close" icon={<X size={16} aria-hidden />} />
            </Radix.Close>
          </header>
          {children && (
            <div data-dialog-body className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4">
              {children}
            </div>
          )}
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A click on a message is about the dialog, not beside it. */
function keepForMessages(event: Event): void {
  if (event.target instanceof Element && event.target.closest('[data-messages]')) event.preventDefault();
}

/** The first control of the content, or of the footer; closing is never the first thing to do. */
function focusFirst(event: Event): void {
  const dialog = event.currentTarget;
  if (!(dialog instanceof HTMLElement)) return;
  const controls = 'input:not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)';
  const first =
    dialog.querySelector<HTMLElement>(`[data-dialog-body] :is(${controls})`) ??
    dialog.querySelector<HTMLElement>(`footer :is(${controls})`);
  if (!first) return;
  event.preventDefault();
  first.focus();
}

export interface ConfirmProps {
  open: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** Asks once before something that cannot simply be taken back. */
export function Confirm({
  open,
  title,
  children,
  confirm,
  danger = false,
  busy = false,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      width="narrow"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
