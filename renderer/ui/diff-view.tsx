import { useMemo } from 'react';
import { type DiffLine, parseDiff } from '../model/unified-diff.ts';
import { classNames } from './class-names.ts';

const looks: Readonly<Record<DiffLine['kind'], { row: string; sign: string; word: string }>> = {
  added: { row: 'bg-ok-bg', sign: '+', word: 'added' },
  removed: { row: 'bg-bad-bg', sign: '−', word: 'removed' },
  same: { row: '', sign: ' ', word: '' },
  hunk: { row: 'bg-raise text-faint', sign: ' ', word: '' },
};

/** A unified diff with line numbers; long lines wrap. */
export function DiffView({ diff }: { diff: string }) {
  const lines = useMemo(() => parseDiff(diff), [diff]);
  return (
    <div className="overflow-hidden rounded-lg border border-line font-mono text-sm leading-5">
      {lines.map((line, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one diff never change places
          key={index}
          className={classNames('grid grid-cols-[34px_34px_18px_minmax(0,1fr)]', looks[line.kind].row)}
        >
          <span className="pr-1.5 text-right text-faint select-none">{line.before}</span>
          <span className="pr-1.5 text-right text-faint select-none">{line.after}</span>
          <span
            className={classNames(
              'text-center select-none',
              line.kind === 'added' && 'text-ok',
              line.kind === 'removed' && 'text-bad',
            )}
          >
            <span aria-hidden>{looks[line.kind].sign}</span>
            {looks[line.kind].word && <span className="sr-only">{looks[line.kind].word}: </span>}
          </span>
          <span className="pr-2 whitespace-pre-wrap wrap-anywhere">{line.text}</span>
        </div>
      ))}
    </div>
  );
}
