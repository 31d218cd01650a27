import { memo } from 'react';
import type { LogLevel } from '../../../contract/model/log.ts';
import { styledParts } from '../../model/ansi-text.ts';
import type { LogEntry } from '../../model/log-buffer.ts';
import { absoluteText, clockText } from '../../model/time-text.ts';
import { count } from '../../model/words.ts';
import { classNames } from '../../ui/class-names.ts';

const levels: Readonly<Record<LogLevel, string>> = {
  debug: 'text-faint',
  info: 'text-muted',
  warn: 'text-warn font-semibold',
  error: 'text-bad font-semibold',
};

export interface LogRowProps {
  entry: LogEntry;
  search: string;
  wrap: boolean;
  /** Without time in full and server: for a narrow place. */
  compact: boolean;
  showServer: boolean;
}

/** One line of a log, or the place where lines are missing. */
export const LogRow = memo(function LogRow({ entry, search, wrap, compact, showServer }: LogRowProps) {
  if (entry.kind === 'gap') {
    return (
      <div
        className={classNames('bg-warn-bg px-4 font-mono text-sm leading-5 text-warn', !wrap && 'h-5 whitespace-pre')}
      >
        {count(entry.missing, 'line')} left out here: they came faster than anybody could read. They went to the log
        file.
      </div>
    );
  }
  const { line } = entry;
  return (
    <div
      className={classNames(
        'flex gap-2.5 px-4 font-mono text-sm leading-5 hover:bg-raise',
        line.stream === 'event' && 'bg-accent-bg/50',
        compact && '!gap-2 !px-3',
        // As high as the list takes it to be, whatever its fonts would make of it.
        !wrap && 'h-5',
      )}
    >
      <time dateTime={line.time} title={absoluteText(Date.parse(line.time))} className="shrink-0 text-faint">
        {compact ? clockText(line.time).slice(0, 8) : clockText(line.time)}
      </time>
      {showServer && (
        <span className="w-28 shrink-0 truncate text-muted" title={line.slug}>
          {line.slug}
        </span>
      )}
      {(!compact || line.level === 'warn' || line.level === 'error') && (
        <span className={classNames('shrink-0', !compact && 'w-10', levels[line.level])}>{line.level}</span>
      )}
      <span className={wrap ? 'min-w-0 flex-1 whitespace-pre-wrap wrap-anywhere' : 'whitespace-pre'}>
        {line.stream === 'event' && <span className="mr-1.5 font-sans text-[11px] font-medium text-accent">berth</span>}
        {styledParts(line.text, search).map((part, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never change places
            key={index}
            className={classNames(
              part.bold && 'font-bold',
              part.dim && 'opacity-80',
              part.match && 'rounded-xs bg-mark',
            )}
            style={part.color ? { color: `var(--ansi-${part.color.replace('bright-', '')})` } : undefined}
          >
            {part.text}
          </span>
        ))}
      </span>
    </div>
  );
});
