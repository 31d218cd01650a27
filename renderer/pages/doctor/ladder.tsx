import type { CheckResult } from '../../../contract/model/doctor.ts';
import { measuredText } from '../../model/time-text.ts';
import { type Mark, Sign } from '../../ui/state-mark.tsx';

const marks: Readonly<Record<CheckResult['outcome'], { mark: Mark; word: string }>> = {
  pass: { mark: 'ok', word: 'passed' },
  warn: { mark: 'warn', word: 'warning' },
  fail: { mark: 'bad', word: 'failed' },
  skip: { mark: 'off', word: 'skipped' },
};

/** The rungs of one target: what was tried, what was seen, what to do. */
export function Ladder({ results, running }: { results: readonly CheckResult[]; running: boolean }) {
  return (
    <ol aria-live="polite" aria-busy={running || undefined}>
      {results.map((result) => (
        <Rung key={`${result.target} ${result.id}`} result={result} />
      ))}
      {running && (
        <li className="flex items-center gap-2 px-2.5 py-1.5 text-muted not-first:border-t not-first:border-line">
          <Sign mark="busy" />
          Testing…
        </li>
      )}
    </ol>
  );
}

function Rung({ result }: { result: CheckResult }) {
  const { mark, word } = marks[result.outcome];
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)_auto] gap-x-2 px-2.5 py-1.5 not-first:border-t not-first:border-line">
      <span className="mt-[5px]" title={word}>
        <Sign mark={mark} />
        <span className="sr-only">{word}: </span>
      </span>
      <div className="min-w-0">
        <p className="font-medium">{result.title}</p>
        <p className="text-sm wrap-anywhere text-muted">{result.evidence}</p>
        {result.remedy && <p className="mt-0.5 wrap-anywhere">{result.remedy}</p>}
      </div>
      <span className="text-sm text-faint">{result.outcome === 'skip' ? 'skipped' : measuredText(result.ms)}</span>
    </li>
  );
}

/** `12 passed, 1 warning, 1 failed`. */
export function outcomeSummary(results: readonly CheckResult[]): string {
  const number = (outcome: CheckResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const parts: string[] = [];
  if (number('fail') > 0) parts.push(`${number('fail')} failed`);
  if (number('warn') > 0) parts.push(`${number('warn')} ${number('warn') === 1 ? 'warning' : 'warnings'}`);
  if (number('pass') > 0) parts.push(`${number('pass')} passed`);
  if (number('skip') > 0) parts.push(`${number('skip')} skipped`);
  return parts.join(', ') || 'no checks';
}
