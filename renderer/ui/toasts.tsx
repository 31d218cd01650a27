import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { asBerthError } from '../session/session-context.tsx';
import { Button } from './button.tsx';
import { Sign } from './state-mark.tsx';

export interface ToastAction {
  readonly label: string;
  run(): void;
}

interface Toast {
  readonly id: number;
  readonly tone: 'ok' | 'bad';
  readonly message: string;
  readonly hint: string | undefined;
  readonly actions: readonly ToastAction[];
}

export interface Toasts {
  done(message: string): void;
  /** A failure stays until it is closed; it needs something to do about it: an action or a hint. */
  failed(message: string, more?: { hint?: string | undefined; actions?: readonly ToastAction[] }): void;
  /** `failed` with what an error says. */
  error(error: unknown, ...actions: ToastAction[]): void;
}

const ToastContext = createContext<Toasts | null>(null);
const SHOWN_MS = 4000;
const AT_MOST = 4;

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error('there is no toast provider above this component');
  return toasts;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const next = useRef(1);
  const close = useCallback((id: number) => setShown((list) => list.filter((toast) => toast.id !== id)), []);
  const toasts = useMemo<Toasts>(() => {
    const add = (toast: Omit<Toast, 'id'>) => {
      const id = next.current++;
      setShown((list) =>
        [...list.filter((other) => other.message !== toast.message), { id, ...toast }].slice(-AT_MOST),
      );
    };
    const failed: Toasts['failed'] = (message, more) =>
      add({ tone: 'bad', message, hint: more?.hint, actions: more?.actions ?? [] });
    return {
      done: (message) => add({ tone: 'ok', message, hint: undefined, actions: [] }),
      failed,
      error: (error, ...actions) => {
        const { message, hint } = asBerthError(error);
        failed(message, { hint, actions });
      },
    };
  }, []);
  return (
    <ToastContext value={toasts}>
      {children}
      <section
        aria-label="Messages"
        // A live region stays in the accessibility tree while a modal dialog hides the rest of the page.
        aria-live="polite"
        data-messages
        className="pointer-events-none fixed right-4 bottom-4 z-60 flex w-[min(400px,calc(100vw-32px))] flex-col gap-2"
      >
        {shown.map((toast) => (
          <ToastBox key={toast.id} toast={toast} onClose={close} />
        ))}
      </section>
    </ToastContext>
  );
}

function ToastBox({ toast, onClose }: { toast: Toast; onClose(id: number): void }) {
  const { id, tone, message, hint, actions } = toast;
  useEffect(() => {
    if (tone === 'bad') return;
    const timer = setTimeout(() => onClose(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, tone, onClose]);
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className="appear pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line-2 bg-panel py-2.5 pr-2 pl-3 shadow-pop"
    >
      <span className="mt-[5px]">
        <Sign mark={tone} />
      </span>
      <div className="min-w-0 flex-1 wrap-anywhere">
        <p className="font-medium">{message}</p>
        {hint && <p className="text-muted">{hint}</p>}
        {actions.length > 0 && (
          <div className="mt-1.5 flex flex-wrap gap-1.5">
            {actions.map((action) => (
              <Button
                key={action.label}
                size="small"
                onClick={() => {
                  onClose(id);
                  action.run();
                }}
              >
                {action.label}
              </Button>
            ))}
          </div>
        )}
      </div>
      <Button
        kind="quiet"
        size="icon"
        aria-label="Close message"
        icon={<X size={14} aria-hidden />}
        onClick={() => onClose(id)}
      />
    </div>
  );
}
