import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LogBuffer } from '../../model/log-buffer.ts';
import { followsAfterScroll, type ScrollPosition } from '../../model/log-follow.ts';
import { Button } from '../../ui/button.tsx';
import { LogRow } from './log-row.tsx';

const ROW = 20;

export interface LogListProps {
  buffer: LogBuffer;
  version: number;
  search: string;
  wrap: boolean;
  compact: boolean;
  showServer: boolean;
}

/** The lines themselves: only the visible ones are in the page. Follows the newest unless scrolled up. */
export function LogList({ buffer, version, search, wrap, compact, showServer }: LogListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const last = useRef<ScrollPosition>({ top: 0, height: 0, view: 0 });
  const removed = useRef(0);
  const seen = useRef(0);
  const entries = buffer.shown;
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
    getItemKey: (index) => entries[index]?.id ?? index,
  });

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const now = { top: element.scrollTop, height: element.scrollHeight, view: element.clientHeight };
    const before = last.current;
    last.current = now;
    setFollowing((was) => followsAfterScroll(was, before, now));
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that the buffer has changed
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const gone = buffer.removedShown - removed.current;
    removed.current = buffer.removedShown;
    if (following) {
      seen.current = entries.length;
      // Not to the last row: that is a padding short of the end, and coming from there would count as scrolling up.
      element.scrollTop = element.scrollHeight;
    } else if (gone > 0) {
      seen.current -= gone;
      element.scrollTop -= gone * ROW;
    }
  }, [version, following, wrap, buffer]);

  // Rows that are measured after they were drawn make the content longer; whoever follows stays at its end.
  const size = rows.getTotalSize();
  useEffect(() => {
    const element = box.current;
    if (following && element && size > 0) element.scrollTop = element.scrollHeight;
  }, [following, size]);

  const unseen = Math.max(0, entries.length - seen.current);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
        tabIndex={0}
        // No scroll anchoring by the browser: rows that are put in and taken out above the visible ones would move the list.
        className="absolute inset-0 overflow-auto bg-panel py-1.5 [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        {/* Clipped: a row that is a little taller for a moment would move the end, and whoever follows with it. */}
        <div
          className="relative min-w-full overflow-y-clip"
          style={{ height: size, width: wrap ? '100%' : 'max-content' }}
        >
          <div className="min-w-full" style={{ transform: `translateY(${rows.getVirtualItems()[0]?.start ?? 0}px)` }}>
            {rows.getVirtualItems().map((item) => {
              const entry = entries[item.index];
              return (
                <div key={item.key} data-index={item.index} ref={wrap ? rows.measureElement : undefined}>
                  {entry && <LogRow {...{ entry, search, wrap, compact, showServer }} />}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {!following && (
        <Button
          className="appear absolute right-5 bottom-3 shadow-pop"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => setFollowing(true)}
        >
          Jump to newest{unseen > 0 ? ` (${unseen.toLocaleString('en')} new)` : ''}
        </Button>
      )}
    </div>
  );
}
