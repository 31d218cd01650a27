import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ErrorInfo } from '../../contract/errors.ts';
import { classNames } from './class-names.ts';
import { CopyableCode } from './copy-button.tsx';

type Tone = 'bad' | 'warn' | 'info';

const tones: Readonly<Record<Tone, { box: string; icon: ReactNode }>> = {
  bad: { box: 'border-bad/25 bg-bad-bg', icon: <CircleAlert size={15} className="text-bad" aria-hidden /> },
  warn: { box: 'border-warn/25 bg-warn-bg', icon: <TriangleAlert size={15} className="text-warn" aria-hidden /> },
  info: { box: 'border-line bg-raise', icon: <Info size={15} className="text-muted" aria-hidden /> },
};

export interface NoticeProps {
  tone: Tone;
  children: ReactNode;
  action?: ReactNode;
  /** Announce it when it appears. */
  live?: boolean;
}

/** A boxed message with its sign and, where there is one, what to do. */
export function Notice({ tone, children, action, live = false }: NoticeProps) {
  return (
    <div
      role={live ? 'alert' : undefined}
      className={classNames(
        'flex flex-wrap items-start gap-x-2.5 gap-y-1.5 rounded-lg border py-2 pr-2 pl-3',
        tones[tone].box,
      )}
    >
      <span className={classNames('shrink-0', action ? 'mt-[6.5px]' : 'mt-[2.5px]')}>{tones[tone].icon}</span>
      <div className="min-w-0 flex-[1_1_200px] self-center wrap-anywhere">{children}</div>
      {action && <div className="ml-auto flex shrink-0 gap-1.5">{action}</div>}
    </div>
  );
}

/** An error with its remedy, as every page shows it. */
export function ErrorNotice({
  error,
  action,
}: {
  error: Pick<ErrorInfo, 'message' | 'hint' | 'details'>;
  action?: ReactNode;
}) {
  return (
    <Notice tone="bad" action={action} live>
      <p>{error.message}</p>
      {error.hint && <p className="text-muted">{error.hint}</p>}
      {typeof error.details?.['run'] === 'string' && (
        <div className="mt-1.5 max-w-[70ch]">
          <CopyableCode text={error.details['run']} what="command" />
        </div>
      )}
    </Notice>
  );
}
