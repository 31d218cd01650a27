import { RotateCw } from 'lucide-react';
import { routeHash } from '../../model/route.ts';
import { measuredText } from '../../model/time-text.ts';
import { navigate } from '../../shell/use-route.ts';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { type Mark, Sign } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import { type Run, useHistory } from './history-context.tsx';

/** How a run ended, for its sign and a screen reader. */
export function runOutcome(run: Run): { mark: Mark; word: string } {
  if (run.state === 'running') return { mark: 'busy', word: 'running' };
  if (run.state === 'cancelled') return { mark: 'off', word: 'cancelled' };
  if (run.state === 'failed') return { mark: 'bad', word: 'failed' };
  return run.result?.isError ? { mark: 'warn', word: 'the tool reported an error' } : { mark: 'ok', word: 'answered' };
}

/** Calls of this session with their arguments, each to look at again or to repeat. */
export function HistoryList() {
  const history = useHistory();
  const replay = ({ slug, context, tool, args }: Run) => {
    const id = history.start({ slug, context, tool, args });
    navigate('inspector', [slug, tool], { run: String(id) });
  };
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4">
      <Box
        title="Calls of this session"
        aside={
          <Button size="small" kind="quiet" onClick={history.clear}>
            Clear
          </Button>
        }
      >
        <ol>
          {history.runs.map((run) => {
            const { mark, word } = runOutcome(run);
            return (
              <li
                key={run.id}
                className="flex items-center gap-2.5 py-1 pr-1.5 pl-2.5 not-first:border-t not-first:border-line"
              >
                <span title={word}>
                  <Sign mark={mark} />
                  <span className="sr-only">{word}: </span>
                </span>
                <a
                  href={routeHash('inspector', [run.slug, run.tool], { run: String(run.id) })}
                  className="min-w-0 flex-1 hover:underline"
                >
                  <code>{run.tool}</code> <code className="text-muted">{JSON.stringify(run.args)}</code>
                  <span className="block text-sm text-muted">
                    {run.slug}
                    {run.context && ` on ${run.context}`} · <Ago time={run.startedAt} />
                    {run.ms !== null && ` · ${measuredText(run.ms)}`}
                  </span>
                </a>
                <Button
                  kind="quiet"
                  size="icon"
                  aria-label={`Repeat ${run.tool}`}
                  icon={<RotateCw size={14} aria-hidden />}
                  onClick={() => replay(run)}
                />
              </li>
            );
          })}
        </ol>
      </Box>
    </div>
  );
}
