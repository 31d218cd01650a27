import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { count, serversSummary } from '../../model/words.ts';
import { worstFailure } from '../../model/worst-failure.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Page } from '../../shell/page.tsx';
import { useMedia } from '../../shell/use-media.ts';
import { navigate, replaceRoute, useRoute } from '../../shell/use-route.ts';
import { mayDo, type ServerVerb, useServerActions } from '../../shell/use-server-actions.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { FirstRun } from '../first-run/first-run.tsx';
import { AddServerDialog } from './add-server-dialog.tsx';
import { AllLine } from './all-line.tsx';
import { ServerPanel } from './server-panel.tsx';
import { ServerTable } from './server-table.tsx';

/** Home: every docked server in one list, the chosen one beside it. */
export function ServersPage() {
  const servers = useStatus((status) => status.servers);
  const { path, query } = useRoute();
  const [slug, tab] = path;
  const narrow = useMedia('(max-width: 999px)');
  // Where nothing is docked the first run's page is shown; what it docks itself it shows to the end.
  const [docking, setDocking] = useState(false);
  const selected = servers.find((server) => server.slug === slug);
  const adding = query['add'] !== undefined;
  const closeDialog = () => replaceRoute('servers', path);
  if (servers.length === 0 || docking) {
    return (
      <Page title="Welcome to Berth" summary="dock a Kubernetes MCP server, then use it from your AI clients">
        <FirstRun
          onStart={() => setDocking(true)}
          onFinish={() => setDocking(false)}
          onManual={() => navigate('servers', [], { add: '1' })}
        />
        {adding && <AddServerDialog onClose={closeDialog} />}
      </Page>
    );
  }
  const panel = selected && (
    <ServerPanel key={selected.slug} server={selected} tab={tab ?? 'overview'} test={query['test'] !== undefined} />
  );
  return (
    <Page
      title="Servers"
      summary={serversSummary(servers)}
      actions={
        <Button
          kind="primary"
          icon={<Plus size={14} aria-hidden className="min-[1180px]:hidden" />}
          aria-label="Add server"
          onClick={() => replaceRoute('servers', path, { add: '1' })}
        >
          <span className="max-[1179px]:hidden">Add server</span>
        </Button>
      }
    >
      {narrow && panel ? (
        <div className="flex min-h-0 flex-1 flex-col bg-panel">{panel}</div>
      ) : (
        <div className="flex min-h-0 flex-1">
          <ServerList selected={selected?.slug ?? null} />
          {panel && (
            <aside
              aria-label={`Server ${selected.slug}`}
              className="flex w-[372px] shrink-0 flex-col border-l border-line bg-panel min-[1700px]:w-[440px]"
            >
              {panel}
            </aside>
          )}
        </div>
      )}
      {adding && <AddServerDialog onClose={closeDialog} />}
    </Page>
  );
}

const bulkVerbs: readonly { verb: ServerVerb; title: string }[] = [
  { verb: 'start', title: 'Start' },
  { verb: 'stop', title: 'Stop' },
  { verb: 'restart', title: 'Restart' },
];

function ServerList({ selected }: { selected: string | null }) {
  const servers = useStatus((status) => status.servers);
  const act = useServerActions();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const chosen = servers.filter((server) => marked.has(server.slug));
  return (
    <div className="@container flex min-w-0 flex-1 flex-col overflow-auto">
      <FailureAlert />
      {servers.length === 0 ? (
        <p className="m-auto p-10 text-muted">No server is docked.</p>
      ) : (
        <>
          <ServerTable servers={servers} selected={selected} marked={marked} onMark={setMarked} />
          <AllLine />
        </>
      )}
      {chosen.length > 0 && (
        <div
          role="toolbar"
          aria-label="Selected servers"
          className="appear sticky bottom-4 z-10 mx-auto mt-auto flex items-center gap-2 rounded-lg border border-line-2 bg-panel py-1.5 pr-1.5 pl-3 shadow-pop"
        >
          <span className="mr-2 text-muted">{count(chosen.length, 'server')} selected</span>
          {bulkVerbs.map(({ verb, title }) => {
            const able = chosen.filter((server) => mayDo(verb, server)).map((server) => server.slug);
            return (
              <Button key={verb} disabled={able.length === 0} onClick={() => void act(verb, able)}>
                {title}
              </Button>
            );
          })}
          <Button
            kind="quiet"
            size="icon"
            aria-label="Clear selection"
            icon={<X size={14} aria-hidden />}
            onClick={() => setMarked(new Set())}
          />
        </div>
      )}
    </div>
  );
}

/** The worst failure in one sentence, with the way to its remedy. */
function FailureAlert() {
  const servers = useStatus((status) => status.servers);
  const worst = worstFailure(servers);
  if (!worst) return null;
  const { server, others } = worst;
  const verb = server.state === 'failed' ? 'has failed' : 'is degraded';
  return (
    <div className="px-4 pt-3">
      <Notice
        tone={server.state === 'failed' ? 'bad' : 'warn'}
        live
        action={<Button onClick={() => navigate('servers', [server.slug], { test: '1' })}>Show how to fix</Button>}
      >
        <b className="font-semibold">{server.slug}</b> {verb}
        {server.error ? `: ${server.error.message}` : '.'}
        {others > 0 && <span className="text-muted"> And {count(others, 'other')}.</span>}
      </Notice>
    </div>
  );
}
