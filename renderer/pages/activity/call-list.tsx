import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { AuditEntry } from '../../../contract/model/audit.ts';
import { callOutcomes } from '../../model/call-outcomes.ts';
import { measuredText } from '../../model/time-text.ts';
import { classNames } from '../../ui/class-names.ts';
import { Sign } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';

const ROW = 30;
const columns =
  'grid grid-cols-[14px_minmax(120px,1.4fr)_minmax(90px,1fr)_minmax(110px,1.2fr)_70px_96px] gap-x-3 max-[1000px]:grid-cols-[14px_minmax(110px,1.4fr)_minmax(90px,1fr)_70px]';

export interface CallListProps {
  entries: readonly AuditEntry[];
  selected: AuditEntry | null;
  onSelect(entry: AuditEntry): void;
}

/** Calls, newest first; only the visible ones are in the page. */
export function CallList({ entries, selected, onSelect }: CallListProps) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div aria-hidden className={classNames(columns, 'shrink-0 border-b border-line px-4 py-1.5 text-sm text-muted')}>
        <span />
        <span>Call</span>
        <span>Client</span>
        <span className="max-[1000px]:hidden">Server and context</span>
        <span className="text-right">Took</span>
        <span className="text-right max-[1000px]:hidden">When</span>
      </div>
      <div ref={box} className="min-h-0 flex-1 overflow-y-auto">
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const entry = entries[item.index];
            if (!entry) return null;
            return (
              <li
                key={item.key}
                className="absolute inset-x-0"
                style={{ height: ROW, transform: `translateY(${item.start}px)` }}
              >
                <Row entry={entry} current={entry === selected} onSelect={onSelect} />
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}

function Row({ entry, current, onSelect }: { entry: AuditEntry; current: boolean; onSelect(entry: AuditEntry): void }) {
  const { mark, word } = callOutcomes[entry.outcome];
  return (
    <button
      type="button"
      aria-pressed={current}
      onClick={() => onSelect(entry)}
      className={classNames(
        columns,
        'h-full w-full items-center border-b border-line px-4 text-left focus-visible:-outline-offset-2',
        current ? 'bg-accent-bg' : 'hover:bg-code',
      )}
    >
      <span title={word}>
        <Sign mark={mark} />
        <span className="sr-only">{word}: </span>
      </span>
      <code className="truncate">{entry.tool ?? entry.method}</code>
      <span className="truncate">{entry.client}</span>
      <span className="truncate max-[1000px]:hidden">
        {entry.slug}
        {entry.context && <span className="text-muted"> · {entry.context}</span>}
      </span>
      <span className="text-right text-muted tabular-nums">{measuredText(entry.ms)}</span>
      <span className="truncate text-right text-sm text-muted max-[1000px]:hidden">
        <Ago time={entry.time} />
      </span>
    </button>
  );
}
