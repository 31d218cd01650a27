import { Download, Search } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { type LogLevel, logLevels } from '../../../contract/model/log.ts';
import { logText } from '../../model/log-buffer.ts';
import { count } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Check, Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { LogList } from './log-list.tsx';
import { useLogExport } from './use-log-export.ts';
import { useLogStream } from './use-log-stream.ts';

const levelWords: Readonly<Record<LogLevel, string>> = {
  debug: 'all levels',
  info: 'info and above',
  warn: 'warnings and errors',
  error: 'errors only',
};

/** A log with its filters. `lead` stands before them, e.g. a choice of server. */
export function LogView({ slug, compact = false, lead }: { slug: string | null; compact?: boolean; lead?: ReactNode }) {
  const [level, setLevel] = useState<LogLevel>('debug');
  const [search, setSearch] = useState('');
  const [wrap, setWrap] = useState(compact);
  const wanted = useDeferredValue(search.trim());
  const { buffer, version, error } = useLogStream({ slug, level }, wanted);
  const exporting = useLogExport();
  const shown = buffer.shown.length;
  const text = () => logText(buffer.shown);
  return (
    <div className="flex h-full min-h-0 flex-1 flex-col">
      <div
        className={`flex shrink-0 flex-wrap items-center gap-2 border-b border-line ${compact ? 'px-3 py-2' : 'px-4 py-2'}`}
      >
        {lead}
        <Select
          aria-label="Level"
          className={compact ? 'w-28' : undefined}
          value={level}
          onChange={(event) => setLevel(event.target.value as LogLevel)}
        >
          {logLevels.map((each) => (
            <option key={each} value={each}>
              {levelWords[each]}
            </option>
          ))}
        </Select>
        <span className={classNames('relative flex-1', compact ? 'min-w-16' : 'min-w-32')}>
          <Search size={14} aria-hidden className="absolute top-[7px] left-2 text-muted" />
          <TextInput
            aria-label="Search the log"
            placeholder="Search"
            className="!pl-7"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
        {!compact && (
          <Check checked={wrap} onChange={(event) => setWrap(event.target.checked)}>
            Wrap
          </Check>
        )}
        <CopyButton text={text} what="shown lines" label={compact ? '' : 'Copy'} />
        <Button
          size="small"
          aria-label="Save the log as a file"
          title="All that is kept on disk, with this level and search"
          icon={<Download size={12} aria-hidden />}
          disabled={shown === 0}
          busy={exporting.busy}
          onClick={() =>
            exporting.run(
              { level, ...(slug === null ? {} : { slug }), ...(wanted === '' ? {} : { search: wanted }) },
              `berth-${slug ?? 'all'}.log`,
            )
          }
        >
          {!compact && 'Export'}
        </Button>
      </div>
      {error && (
        <div className="p-3">
          <ErrorNotice error={error} />
        </div>
      )}
      {shown === 0 ? (
        <Empty title={wanted ? 'No line matches' : 'No lines yet'}>
          {wanted
            ? `“${wanted}” is in none of the ${count(buffer.total, 'line')} here.`
            : 'What servers write and what Berth does with them appears here as it happens.'}
        </Empty>
      ) : (
        <LogList {...{ buffer, version, search: wanted, wrap, compact, showServer: slug === null }} />
      )}
      <p role="status" className={`shrink-0 border-t border-line py-1 text-sm text-muted ${compact ? 'px-3' : 'px-4'}`}>
        {wanted ? `${shown.toLocaleString('en')} of ${count(buffer.total, 'line')} match` : count(buffer.total, 'line')}
        {buffer.missing > 0 && <span className="text-warn"> · {count(buffer.missing, 'line')} left out</span>}
        {buffer.trimmed > 0 && ` · the oldest ${buffer.trimmed.toLocaleString('en')} are only in the log file`}
      </p>
    </div>
  );
}
