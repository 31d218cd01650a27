import { useEffect, useRef } from 'react';
import { MarkedWord, Sign } from '../../ui/state-mark.tsx';
import type { InstallRun } from './use-install.ts';

/** The steps of an installation, the bytes of its download and what its command prints. */
export function InstallProgress({ run }: { run: InstallRun }) {
  const under = run.state === 'running';
  return (
    <>
      <ol aria-live="polite" className="overflow-hidden rounded-lg border border-line">
        {run.steps.map((title, index) => {
          const last = index === run.steps.length - 1;
          const mark = !last || run.state === 'done' ? 'ok' : under ? 'busy' : run.state === 'failed' ? 'bad' : 'off';
          return (
            <li key={title} className="px-3 py-2 not-first:border-t not-first:border-line">
              <p className="flex items-center gap-2.5">
                <Sign mark={mark} />
                <span className="min-w-0 wrap-anywhere">{title}</span>
              </p>
              {last && run.bytes && <Bytes bytes={run.bytes} />}
            </li>
          );
        })}
      </ol>
      {run.state === 'cancelled' && <MarkedWord mark="off">Cancelled; what was begun has been removed</MarkedWord>}
      {run.lines.length > 0 && <Output lines={run.lines} />}
    </>
  );
}

function Bytes({ bytes: { done, total } }: { bytes: { done: number; total: number | null } }) {
  const text = total === null ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`;
  return (
    <div className="mt-1.5 flex items-center gap-2.5 pl-5 text-sm text-muted">
      <progress
        aria-label="Downloaded"
        className="h-1.5 min-w-0 flex-1 appearance-none overflow-hidden rounded-full bg-code [&::-webkit-progress-bar]:bg-code [&::-webkit-progress-value]:bg-accent"
        {...(total === null ? {} : { value: done, max: Math.max(total, 1) })}
      />
      <span className="shrink-0 tabular-nums">{text}</span>
    </div>
  );
}

/** Follows the end, as a terminal does. */
function Output({ lines }: { lines: readonly string[] }) {
  const box = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line moves the end
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);
  return (
    <section aria-label="Output of the command">
      <pre
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        className="h-[180px] overflow-auto rounded-md bg-code px-2.5 py-2 text-sm whitespace-pre-wrap wrap-anywhere"
      >
        {lines.join('\n')}
      </pre>
    </section>
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
