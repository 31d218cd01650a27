import { useCallback, useState } from 'react';
import { ALL } from '../../../contract/model/all.ts';
import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import {
  type Client,
  type ClientChange,
  type ClientRoute,
  type WhenRunning,
  whenRunningSchema,
} from '../../../contract/model/client.ts';
import { choiceVerbs, type InstallChoice, installChoices } from '../../model/install-choices.ts';
import type { Session } from '../../session/session.ts';
import { asBerthError, useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { Check } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { InstallChoices } from './install-choice.tsx';
import { type DoneWork, InstallDone } from './install-done.tsx';
import { WhenRunningChoice } from './when-running.tsx';

export interface InstallDialogProps {
  client: Client;
  action: 'install' | 'uninstall';
  onClose(): void;
}

/** Shows exactly what will be written into a client's file, writes it, and says what to do then. */
export function InstallDialog({ client, action, onClose }: InstallDialogProps) {
  const session = useSession();
  const toasts = useToasts();
  const slugs = useChosenSlugs(client, action);
  const [writing, setWriting] = useState(false);
  const [done, setDone] = useState<DoneWork | null>(null);
  const [choice, setChoice] = useState<InstallChoice | null>(null);
  const [when, setWhen] = useState<WhenRunning>('queue');
  const choices = action === 'install' ? installChoices(client) : [];
  const chosen = choice ?? choices[0];
  const how = chosen ? { route: chosen.route, via: chosen.via } : {};
  const preview = useLoaded<'clients.preview'>(
    JSON.stringify([client.id, action, slugs.chosen, chosen?.id]),
    (over, signal) =>
      over.call('clients.preview', { client: client.id, slugs: [...slugs.chosen], action, ...how }, { signal }),
  );
  const change = preview.data;
  const nothingChosen = slugs.chosen.length === 0;

  const write = useCallback(async () => {
    if (!change) return;
    setWriting(true);
    try {
      setDone(await carryOut(session, action, [...slugs.chosen], change, change.blockedBy === null ? undefined : when));
    } catch (error) {
      const changedMeanwhile = asBerthError(error).code === 'conflict';
      toasts.error(error, { label: changedMeanwhile ? 'Show the new difference' : 'Look again', run: preview.reload });
    } finally {
      setWriting(false);
    }
  }, [session, toasts, action, slugs.chosen, change, when, preview.reload]);

  const title = action === 'install' ? `Install into ${client.title}` : `Uninstall from ${client.title}`;
  if (done) return <InstallDone client={client} action={action} done={done} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={title}
      description={
        action === 'install'
          ? 'It gets the address of the server in Berth, and no credential of a cluster.'
          : 'Only what Berth wrote is taken out.'
      }
      footer={
        <>
          <span className="mr-auto min-w-0 truncate text-sm text-muted" title={client.file}>
            {change && (change.route === 'file' || change.route === 'cli') && (
              <>
                {change.creates ? 'creates ' : 'writes '}
                <code>{client.file}</code>
              </>
            )}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={writing}
            disabled={!change || change.noop || preview.loading || nothingChosen}
            onClick={() => void write()}
          >
            {change?.blockedBy && when === 'queue'
              ? 'Write later'
              : choiceVerbs[change?.route ?? chosen?.route ?? 'file']}
          </Button>
        </>
      }
    >
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">Servers</legend>
        {slugs.choices.map((choice) => (
          <Check
            key={choice.slug}
            checked={slugs.chosen.includes(choice.slug)}
            onChange={(event) => slugs.choose(choice.slug, event.target.checked)}
          >
            <span className="inline-flex flex-wrap items-center gap-2">
              <span className="font-medium">{choice.slug}</span>
              {choice.slug === ALL ? (
                <span className="text-muted">every server that runs, in one entry</span>
              ) : choice.server ? (
                <>
                  <StateMark state={choice.server.state} />
                  <span className="text-muted">{boundWords(choice.server.boundTo)}</span>
                </>
              ) : (
                <span className="text-muted">removed from Berth</span>
              )}
            </span>
          </Check>
        ))}
      </fieldset>
      {chosen && choices.length > 1 && <InstallChoices choices={choices} chosen={chosen} onChoose={setChoice} />}
      {nothingChosen && <p className="text-muted">Choose at least one server.</p>}
      {!nothingChosen && preview.error && (
        <ErrorNotice error={preview.error} action={<Button onClick={preview.reload}>Try again</Button>} />
      )}
      {!nothingChosen && !change && !preview.error && <p className="text-muted">Comparing…</p>}
      {!nothingChosen && change?.blockedBy && (
        <WhenRunningChoice
          app={client.title}
          reason={change.blockedBy}
          offered={whenRunningSchema.options}
          chosen={when}
          onChoose={setWhen}
        />
      )}
      {!nothingChosen && change && (
        <>
          {change.notes.map((note) => (
            <Notice key={note} tone="info">
              {note}
            </Notice>
          ))}
          {change.noop ? (
            <Notice tone="info">Nothing would change: the file already says this.</Notice>
          ) : change.steps.length > 0 ? (
            <section aria-label="Steps" className={preview.loading ? 'opacity-60' : undefined}>
              <h3 className="mb-1 font-medium">{stepsTitles[change.route]}</h3>
              <ol className="flex flex-col gap-1 rounded-lg border border-line bg-code px-3 py-2">
                {change.steps.map((step) => (
                  <li key={step}>
                    <code className="wrap-anywhere">{step}</code>
                  </li>
                ))}
              </ol>
            </section>
          ) : (
            <section aria-label="Difference" className={preview.loading ? 'opacity-60' : undefined}>
              <h3 className="mb-1 font-medium">What changes in the file</h3>
              <DiffView diff={change.diff} />
            </section>
          )}
        </>
      )}
    </Dialog>
  );
}

const stepsTitles: Readonly<Record<ClientRoute, string>> = {
  file: 'What changes in the file',
  cli: 'What is run',
  deeplink: 'What is opened',
  mcpb: 'What is made',
};

/** Does what was shown. Links and bundles are opened by the desktop, where there is one. */
async function carryOut(
  session: Session,
  action: InstallDialogProps['action'],
  slugs: string[],
  change: ClientChange,
  whenRunning: WhenRunning | undefined,
): Promise<DoneWork> {
  const { client, route, via, baseHash } = change;
  const nothing = { change, at: Date.now(), links: [], bundles: [], opened: false };
  // What waits is written into the file as it is then.
  const how = { route, whenRunning, ...(whenRunning === 'queue' ? {} : { baseHash }) };
  if (action === 'uninstall') await session.call('clients.uninstall', { client, slugs, ...how });
  else if (route === 'deeplink') {
    const { links, opened } = await session.call('clients.link', { client, slugs, open: true });
    return { ...nothing, links, opened };
  } else if (route === 'mcpb') {
    const { bundles, opened } = await session.call('clients.bundle', { client, slugs, open: true });
    return { ...nothing, bundles, opened };
  } else await session.call('clients.install', { client, slugs, via, ...how });
  return nothing;
}

/** What a server is bound to, beside its name. */
function boundWords(boundTo: string): string {
  if (boundTo === ACTIVE_CONTEXT) return 'follows the active context';
  return boundTo === NO_CONTEXT ? 'no cluster' : boundTo;
}

/** Which servers, beginning with the obvious: what is installed, or all when nothing is. */
function useChosenSlugs(client: Client, action: 'install' | 'uninstall') {
  const servers = useStatus((status) => status.servers);
  const [chosen, setChosen] = useState<readonly string[]>(() => {
    const installed = client.entries.map((entry) => entry.slug);
    if (action === 'uninstall' || installed.length > 0) return [...new Set(installed)];
    return servers.map((server) => server.slug);
  });
  const names =
    action === 'install'
      ? [...servers.map((server) => server.slug), ALL]
      : [...new Set(client.entries.map((entry) => entry.slug))];
  return {
    chosen,
    choices: names.map((slug) => ({ slug, server: servers.find((server) => server.slug === slug) })),
    choose: (slug: string, on: boolean) =>
      setChosen((last) => (on ? [...last, slug] : last.filter((other) => other !== slug))),
  };
}
