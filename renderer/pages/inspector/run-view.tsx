import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { cellText, resultJson, tableOf } from '../../model/result-table.ts';
import { measuredText } from '../../model/time-text.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { type Tab, Tabs } from '../../ui/tabs.tsx';
import { Ago } from '../../ui/time.tsx';
import { ContentParts } from './content-parts.tsx';
import { FrameList } from './frame-list.tsx';
import type { Run } from './history-context.tsx';
import { runOutcome } from './history-list.tsx';
import { JsonTree } from './json-tree.tsx';

/** What a call brought: its progress while it runs, then its result in every form that fits, and the messages themselves. */
export function RunView({ run, onReplay }: { run: Run; onReplay(): void }) {
  const tabs = tabsOf(run);
  const [chosen, setChosen] = useState<string | null>(null);
  const current = tabs.find(({ id }) => id === chosen) ?? tabs[0];
  const outcome = runOutcome(run);
  return (
    <section aria-label="Result" className="flex min-h-0 flex-1 flex-col bg-panel">
      <div className="flex min-h-[50px] items-center gap-2.5 px-4 py-2.5" role="status">
        <MarkedWord mark={outcome.mark}>{capitalized(outcome.word)}</MarkedWord>
        <span className="min-w-0 truncate text-muted">
          {run.ms !== null && `${measuredText(run.ms)} · `}
          {run.context && `${run.context} · `}
          <Ago time={run.startedAt} />
        </span>
        {run.state !== 'running' && (
          <span className="ml-auto flex items-center gap-2">
            {run.result && <CopyButton text={() => resultText(run)} what="result" />}
            <Button size="small" icon={<RotateCw size={12} aria-hidden />} onClick={onReplay}>
              Again
            </Button>
          </span>
        )}
      </div>
      {run.state === 'running' && <Progress run={run} />}
      {run.error && (
        <div className="px-4 pb-3">
          <ErrorNotice error={run.error} />
        </div>
      )}
      {run.result?.isError && (
        <div className="px-4 pb-3">
          <Notice tone="warn">The tool itself reported an error (isError). The call as such worked.</Notice>
        </div>
      )}
      {current && <Tabs label="Result as" tabs={tabs} current={current.id} onChange={setChosen} />}
    </section>
  );
}

function tabsOf(run: Run): Tab[] {
  const tabs: Tab[] = [];
  if (run.result) {
    const json = resultJson(run.result);
    const table = tableOf(json);
    tabs.push({ id: 'content', title: 'Content', content: <ContentParts result={run.result} /> });
    if (table) tabs.push({ id: 'table', title: 'Table', content: <Table {...table} /> });
    tabs.push({ id: 'json', title: 'JSON', content: <JsonTree value={json ?? run.result} /> });
  }
  if (run.frames.length > 0) {
    tabs.push({
      id: 'frames',
      title: (
        <>
          Messages <span className="text-faint">{run.frames.length}</span>
        </>
      ),
      content: <FrameList frames={run.frames} />,
    });
  }
  return tabs;
}

function Progress({ run }: { run: Run }) {
  const { progress } = run;
  return (
    <div className="px-4 pb-3">
      <progress
        className="progress h-1.5 w-full"
        aria-label="Progress"
        {...(progress?.total ? { value: progress.progress, max: progress.total } : {})}
      />
      <p className="text-muted">
        {progress?.message ?? 'Waiting for the answer…'}
        {progress?.total !== undefined && ` (${progress.progress} of ${progress.total})`}
      </p>
    </div>
  );
}

function Table({ columns, rows }: { columns: readonly string[]; rows: readonly Readonly<Record<string, unknown>>[] }) {
  return (
    <table className="w-max min-w-full border-collapse">
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column}
              scope="col"
              className="sticky top-0 border-b border-line bg-panel px-3 py-1.5 text-left text-sm font-medium text-faint"
            >
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one result never change places
          <tr key={index} className="hover:bg-raise">
            {columns.map((column) => (
              <td
                key={column}
                className="max-w-[420px] truncate border-b border-line px-3 py-1"
                title={cellText(row[column])}
              >
                {cellText(row[column])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function resultText(run: Run): string {
  const texts = (run.result?.content ?? []).filter((part) => part.type === 'text').map((part) => String(part['text']));
  return texts.length > 0 ? texts.join('\n') : JSON.stringify(run.result, null, 2);
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
