import { useState } from 'react';
import { type InstallRoute, type PlannedRoute, proposedRoute } from '../../../contract/model/install.ts';
import type { Preset } from '../../../contract/model/preset.ts';
import { useLoaded } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ChoiceCard } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { InstallProgress } from './install-progress.tsx';
import { useInstall } from './use-install.ts';

export interface InstallProgramDialogProps {
  preset: Preset;
  /** Word of the button that goes on after the installation. */
  next: string;
  /** The program is there: the list of presets says so when it is asked again. */
  onInstalled(): void;
  /** The user goes on with the installed program. */
  onNext(): void;
  onClose(): void;
}

/** Installs a preset's program: first what exactly would be done, then the work as it goes. Closing it cancels what is under way. */
export function InstallProgramDialog({ preset, next, onInstalled, onNext, onClose }: InstallProgramDialogProps) {
  const plan = useLoaded<'presets.plan'>(preset.id, (session, signal) =>
    session.call('presets.plan', { preset: preset.id }, { signal }),
  );
  const run = useInstall();
  const [chosen, setChosen] = useState<InstallRoute | null>(null);
  const routes = plan.data?.routes ?? [];
  const proposed = plan.data ? proposedRoute(plan.data) : null;
  const route = routes.find((each) => each.route === chosen) ?? proposed;
  const install = () => route && run.start(preset.id, route.route);
  const started = run.state !== 'idle';
  const goOn = () => {
    onInstalled();
    onNext();
  };
  const close = () => {
    if (run.state === 'done') onInstalled();
    onClose();
  };
  return (
    <Dialog
      open
      onClose={close}
      width="wide"
      title={`Install ${preset.title}`}
      description="Into Berth’s own folder. Nothing else on this machine changes, and Berth can remove it again."
      footer={
        run.state === 'running' ? (
          <Button onClick={run.cancel}>Cancel the installation</Button>
        ) : run.state === 'done' ? (
          <>
            <Button onClick={close}>Close</Button>
            <Button kind="primary" onClick={goOn}>
              {next}
            </Button>
          </>
        ) : (
          <>
            {started && routes.length > 1 && (
              <Button className="mr-auto" onClick={run.reset}>
                Other ways
              </Button>
            )}
            <Button onClick={close}>Close</Button>
            <Button kind="primary" disabled={!route || route.unavailable !== null} onClick={install}>
              {started ? 'Try again' : 'Install'}
            </Button>
          </>
        )
      }
    >
      {plan.error && <ErrorNotice error={plan.error} action={<Button onClick={plan.reload}>Try again</Button>} />}
      {plan.loading && !plan.data && <p className="text-muted">Looking at what this machine has…</p>}
      {!started && <Routes routes={routes} chosen={route} onChoose={setChosen} />}
      {started && <InstallProgress run={run} />}
      {run.error && <ErrorNotice error={run.error} />}
      {run.program && (
        <div>
          <MarkedWord mark="ok">Installed{run.program.version ? `, ${run.program.version}` : ''}</MarkedWord>
          <p className="text-sm text-muted wrap-anywhere">{run.program.path}</p>
        </div>
      )}
    </Dialog>
  );
}

interface RoutesProps {
  routes: readonly PlannedRoute[];
  chosen: PlannedRoute | null;
  onChoose(route: InstallRoute): void;
}

/** One way is simply shown; of several, one is chosen. */
function Routes({ routes, chosen, onChoose }: RoutesProps) {
  const [only] = routes;
  if (only && routes.length === 1) {
    return (
      <div className="rounded-lg border border-line px-3 py-2.5">
        <RouteDetails route={only} open />
      </div>
    );
  }
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="sr-only">How to install it</legend>
      {routes.map((route) => (
        <ChoiceCard
          key={route.route}
          name="install-route"
          checked={route === chosen}
          disabled={route.unavailable !== null}
          onChange={() => onChoose(route.route)}
        >
          <RouteDetails route={route} open={route === chosen} />
        </ChoiceCard>
      ))}
    </fieldset>
  );
}

function RouteDetails({ route, open }: { route: PlannedRoute; open: boolean }) {
  const environment = Object.entries(route.env).map(([name, value]) => `${name}=${value}`);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <p className="font-medium wrap-anywhere">{route.title}</p>
      {route.unavailable && (
        <p className="text-sm text-muted">
          {route.unavailable.reason} {route.unavailable.remedy}
        </p>
      )}
      {open && (
        <>
          {route.url && <Exactly label="From" lines={[route.url]} copy={route.url} />}
          {route.command && route.commandLine && (
            <Exactly label="Command" lines={[...environment, route.command.join(' ')]} copy={route.commandLine} />
          )}
          <Exactly label="Into" lines={[route.folder]} copy={route.folder} />
          {route.notes.map((note) => (
            <p key={note} className="text-sm text-muted">
              {note}
            </p>
          ))}
        </>
      )}
    </div>
  );
}

/** A text in full, as it will be used. */
function Exactly({ label, lines, copy }: { label: string; lines: readonly string[]; copy: string }) {
  return (
    <div>
      <p className="mb-0.5 text-sm text-muted">{label}</p>
      <div className="flex items-start gap-2 rounded-md bg-code py-1 pr-1 pl-2.5">
        <code className="min-w-0 flex-1 py-px text-sm wrap-anywhere">
          {lines.map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </code>
        <CopyButton text={copy} label="" what={label.toLowerCase()} />
      </div>
    </div>
  );
}
