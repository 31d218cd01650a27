import { useCallback } from 'react';
import { type AllMode, allModeWords } from '../../../contract/model/all.ts';
import { allModeChoices, allSummary } from '../../model/all-servers.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { CopyableCode } from '../../ui/copy-button.tsx';
import { Ago } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';

/** The endpoint of all servers as one: where it is, and what it shows. */
export function AllServers() {
  const all = useStatus((status) => status.all);
  const summary = useStatus((status) => allSummary(status.servers));
  const newest = [...all.clients].sort((one, other) => (other.lastSeen ?? '').localeCompare(one.lastSeen ?? ''))[0];
  return (
    <Box title="All servers as one" aside={<span>{summary}</span>}>
      <div className="grid grid-cols-2 gap-x-6 gap-y-3 p-3 max-[900px]:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-2">
          <CopyableCode text={all.endpoint.http} what="endpoint of all servers" />
          <p className="text-muted">
            One entry in a client for every server that runs. Each keeps its guard, its context and its audit. Choose{' '}
            <b className="font-medium text-text">all</b> when you install, or make a token for it below.
          </p>
          <p className="text-sm text-muted">
            {newest ? (
              <>
                Last used by {newest.name}
                {newest.lastSeen && (
                  <>
                    {' '}
                    <Ago time={newest.lastSeen} />
                  </>
                )}
              </>
            ) : (
              'No client has used it since Berth started.'
            )}
          </p>
        </div>
        <ModeChoice mode={all.mode} />
      </div>
    </Box>
  );
}

function ModeChoice({ mode }: { mode: AllMode }) {
  const session = useSession();
  const change = useAction(
    useCallback((next: AllMode) => session.call('settings.update', { all: { mode: next } }), [session]),
  );
  const chosen = allModeChoices.find((choice) => choice.mode === mode);
  return (
    <fieldset className="flex min-w-0 flex-col items-start gap-1.5">
      <legend className="mb-1 font-medium">Clients see</legend>
      <div className="inline-flex overflow-hidden rounded-md border border-control">
        {allModeChoices.map((choice) => (
          <label
            key={choice.mode}
            className="px-3 py-1 not-first:border-l not-first:border-line-2 has-checked:bg-accent-bg has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="all-mode"
              className="sr-only"
              checked={mode === choice.mode}
              aria-label={`Clients of all servers see: ${allModeWords[choice.mode]}`}
              onChange={() => void change.run(choice.mode)}
            />
            {choice.title}
          </label>
        ))}
      </div>
      <p className="text-muted">{chosen?.consequence}</p>
    </fieldset>
  );
}
