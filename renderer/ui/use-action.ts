import { useCallback, useState } from 'react';
import { type ToastAction, useToasts } from './toasts.tsx';

/**
 * Runs one piece of work at a time: `busy` while it lasts, a toast when it fails. The action on that toast is "Try again"
 * unless `onError` names better ones.
 */
export function useAction<Args extends unknown[]>(
  work: (...args: Args) => Promise<unknown>,
  onError?: (error: unknown, ...args: Args) => readonly ToastAction[] | null,
): { busy: boolean; run(...args: Args): Promise<boolean> } {
  const [busy, setBusy] = useState(false);
  const toasts = useToasts();
  const run = useCallback(
    async (...args: Args): Promise<boolean> => {
      setBusy(true);
      try {
        await work(...args);
        return true;
      } catch (error) {
        const retry: ToastAction = { label: 'Try again', run: () => void run(...args) };
        toasts.error(error, ...(onError?.(error, ...args) ?? [retry]));
        return false;
      } finally {
        setBusy(false);
      }
    },
    [work, onError, toasts],
  );
  return { busy, run };
}
