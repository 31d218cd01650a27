import { FlaskConical } from 'lucide-react';
import { useCallback, useState } from 'react';
import { dockable, proposeDock } from '../../model/dock-plan.ts';
import { baseName } from '../../model/words.ts';
import { useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Check, ChoiceCard } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { ContextName } from '../../ui/tags.tsx';
import { useAction } from '../../ui/use-action.ts';
import { FoundVersion } from '../servers/preset-cards.tsx';
import { Column, ManyChoices } from './column.tsx';
import { DockingProgress } from './docking-progress.tsx';
import { GetServers } from './get-servers.tsx';
import { useDocking } from './use-docking.ts';

export interface FirstRunProps {
  /** The user wants what is chosen; from now on the steps are shown. */
  onStart(): void;
  /** The user has seen that it works and goes on. */
  onFinish(): void;
  /** The user wants to choose everything alone. */
  onManual(): void;
}

/** Three preselected choices and one button: a cluster, a server, the AI clients that get it. */
export function FirstRun({ onStart, onFinish, onManual }: FirstRunProps) {
  const docking = useDocking();
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-[980px] flex-col gap-5 px-6 py-7">
        {docking.steps.length === 0 ? (
          <Choices
            onDock={(...choice) => {
              onStart();
              docking.start(...choice);
            }}
            onManual={onManual}
          />
        ) : (
          <DockingProgress docking={docking} onFinish={onFinish} />
        )}
      </div>
    </div>
  );
}

function Choices({ onDock, onManual }: { onDock: ReturnType<typeof useDocking>['start']; onManual(): void }) {
  const contexts = useStatus((status) => status.contexts);
  const clients = useStatus((status) => status.clients);
  const presets = useLoaded<'presets.list'>('presets', (session, signal) =>
    session.call('presets.list', undefined, { signal }),
  );
  const found = dockable(presets.data ?? []);
  const proposal = proposeDock(contexts, found, clients);
  const [context, setContext] = useState<string | null>(null);
  const [preset, setPreset] = useState<string | null>(null);
  const [chosenClients, setChosenClients] = useState<readonly string[] | null>(null);

  const contextRef = contexts.some(({ ref }) => ref === context) ? context : proposal.context;
  const presetId = preset ?? proposal.preset;
  const clientIds = chosenClients ?? proposal.clients;
  const chosenPreset = found.find(({ id }) => id === presetId);
  const present = clients.filter((client) => client.state !== 'absent');
  const absent = clients.filter((client) => client.state === 'absent');

  return (
    <>
      <p className="max-w-[70ch] text-muted">
        Berth runs a Kubernetes MCP server for a context of your kubeconfig and gives your AI clients one local address
        for it. No cluster credential gets into a client’s file, and the server starts read-only.
      </p>
      <div className="grid grid-cols-3 gap-4 max-[1180px]:grid-cols-1">
        <Column number={1} title="Cluster">
          {contexts.length === 0 ? (
            <NoContexts />
          ) : (
            <ManyChoices>
              {contexts.map((each) => (
                <ChoiceCard
                  key={each.ref}
                  name="context"
                  checked={each.ref === contextRef}
                  disabled={!each.apiServer}
                  onChange={() => setContext(each.ref)}
                >
                  <span className="flex font-medium">
                    <ContextName
                      name={each.label ?? each.ref}
                      production={each.production}
                      demo={each.demo}
                      colour={each.colour}
                    />
                  </span>
                  <span className="block truncate text-sm text-muted" title={each.source}>
                    {each.error ? (
                      <span className="text-bad">{each.error.message}</span>
                    ) : (
                      `${each.cluster} · ${baseName(each.source)}`
                    )}
                  </span>
                </ChoiceCard>
              ))}
            </ManyChoices>
          )}
        </Column>
        <Column number={2} title="Server">
          {presets.error && (
            <ErrorNotice error={presets.error} action={<Button onClick={presets.reload}>Try again</Button>} />
          )}
          {presets.loading && !presets.data && <p className="text-muted">Looking on this machine…</p>}
          <ManyChoices>
            {found.map((each) => (
              <ChoiceCard
                key={each.id}
                name="preset"
                checked={each.id === presetId}
                onChange={() => setPreset(each.id)}
              >
                <span className="font-medium">{each.title}</span>
                <span className="block text-sm text-muted">{each.description}</span>
                <FoundVersion preset={each} />
              </ChoiceCard>
            ))}
          </ManyChoices>
          {presets.data && (
            <GetServers
              presets={presets.data}
              alone={found.length === 0}
              onInstalled={presets.reload}
              onNext={setPreset}
            />
          )}
        </Column>
        <Column number={3} title="AI clients">
          {present.length === 0 && (
            <p className="text-muted">
              None was found on this machine. You can dock the server now and connect a client later.
            </p>
          )}
          <div className="flex flex-col gap-2.5">
            {present.map((client) => (
              <Check
                key={client.id}
                checked={clientIds.includes(client.id)}
                disabled={client.state === 'unreadable'}
                onChange={(event) =>
                  setChosenClients(
                    event.target.checked ? [...clientIds, client.id] : clientIds.filter((id) => id !== client.id),
                  )
                }
                hint={
                  client.error ? (
                    client.error.message
                  ) : (
                    <span className="block truncate" title={client.file}>
                      one entry in {client.file}
                    </span>
                  )
                }
              >
                <span className="font-medium">{client.title}</span>
              </Check>
            ))}
          </div>
          {absent.length > 0 && (
            <p className="mt-3 text-sm text-muted" title={absent.map(({ title }) => title).join(', ')}>
              Berth knows {absent.length} {present.length > 0 ? 'more' : 'clients'} that were not found here. They can
              be connected later, on the Clients page.
            </p>
          )}
        </Column>
      </div>
      <div className="flex items-center gap-3">
        <Button
          kind="primary"
          className="!h-9 !px-6 text-[14px]"
          disabled={contextRef === null || !chosenPreset}
          onClick={() => {
            if (contextRef === null || !chosenPreset) return;
            onDock({
              context: contextRef,
              preset: chosenPreset,
              clients: present.filter(({ id, state }) => clientIds.includes(id) && state !== 'unreadable'),
            });
          }}
        >
          Dock
        </Button>
        <Button kind="quiet" onClick={onManual}>
          Choose everything myself
        </Button>
      </div>
    </>
  );
}

function NoContexts() {
  const session = useSession();
  const demo = useAction(useCallback(() => session.call('demo.set', { on: true, keep: true }), [session]));
  return (
    <div className="flex flex-col items-start gap-2">
      <p className="text-muted">
        No kubeconfig was found in KUBECONFIG or ~/.kube/config. You can try Berth with a small demo cluster; it is
        inside Berth and its data is made up.
      </p>
      <Button
        kind="primary"
        busy={demo.busy}
        icon={<FlaskConical size={14} aria-hidden />}
        onClick={() => void demo.run()}
      >
        Use the demo cluster
      </Button>
      <a href="#/contexts" className="text-accent underline underline-offset-2">
        Add a kubeconfig
      </a>
    </div>
  );
}
