import { Search } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Button } from '../ui/button.tsx';
import { Approvals, useApprovalTitle } from './approvals.tsx';
import { Problems } from './banners.tsx';
import { ContextSwitcher } from './context-switcher.tsx';
import { ExposureBanner } from './exposure-banner.tsx';
import { usePalette } from './palette-context.tsx';

export interface PageProps {
  title: string;
  /** One line about what the page shows now. */
  summary?: ReactNode;
  /** The page's own buttons, at the right end. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: its header with the active context, and its content below. */
export function Page({ title, summary, actions, children }: PageProps) {
  const palette = usePalette();
  const windowTitle = useApprovalTitle(title);
  useEffect(() => {
    document.title = `${windowTitle} · Berth`;
  }, [windowTitle]);
  return (
    <>
      <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line px-4">
        <h1 className="mr-1 text-lg font-semibold">{title}</h1>
        <div className="min-w-0 flex-1 truncate text-muted">{summary}</div>
        <ContextSwitcher />
        <Button
          kind="quiet"
          size="icon"
          className="!w-auto gap-1.5 px-1.5"
          aria-label="Commands"
          title={`Commands (${palette.keys})`}
          icon={<Search size={15} aria-hidden />}
          onClick={palette.show}
        >
          <kbd className="rounded border border-line-2 px-1 text-[11px] leading-4 text-faint max-[1000px]:hidden">
            {palette.keys}
          </kbd>
        </Button>
        {actions}
      </header>
      <Approvals />
      <Problems />
      <ExposureBanner />
      {children}
    </>
  );
}

/** The scrolling part of a page. */
export function PageBody({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className={narrow ? 'mx-auto flex w-full max-w-[860px] flex-col gap-4 p-4' : 'flex flex-col gap-4 p-4'}>
        {children}
      </div>
    </div>
  );
}
