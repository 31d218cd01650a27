import { useEffect, useRef } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { dedicatedText } from '../../../contract/model/sharing.ts';
import { exposureText } from '../../../contract/model/usage.ts';
import { measuredText } from '../../model/time-text.ts';
import { guardReason, transportWords } from '../../model/words.ts';
import { useContextByRef } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { Box, Fact, Facts } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyableCode } from '../../ui/copy-button.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { ContextName, GuardTag } from '../../ui/tags.tsx';
import { Ago, Lasting } from '../../ui/time.tsx';
import { Expiry } from '../contexts/expiry.tsx';
import { KubectlHint } from '../contexts/kubectl-hint.tsx';
import { Ladder, outcomeSummary } from '../doctor/ladder.tsx';
import { useDoctor } from '../doctor/use-doctor.ts';
import { LastCalls } from './activity-tab.tsx';
import { ResourceFacts } from './resource-facts.tsx';

/** What a server is, how it is, and the way to find out why. */
export function OverviewTab({ server, test }: { server: Server; test: boolean }) {
  return (
    <div className="flex flex-col gap-4 px-4 py-3.5">
      {server.error && (
        <ErrorNotice
          error={server.error}
          action={<Button onClick={() => navigate('logs', [], { server: server.slug })}>Open log</Button>}
        />
      )}
      <CopyableCode text={server.endpoint.http} what="endpoint" />
      <ServerFacts server={server} />
      {plainWarnings(server).map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      <Connection slug={server.slug} test={test} />
      <LastCalls slug={server.slug} perMinute={server.callsPerMinute.at(-1) ?? 0} />
    </div>
  );
}

/** The panel says in full above its tabs when a server is open to the network. */
function plainWarnings(server: Server): readonly string[] {
  const exposure = exposureText(server);
  return exposure === null ? server.warnings : server.warnings.filter((warning) => !warning.startsWith(exposure));
}

function ServerFacts({ server }: { server: Server }) {
  const context = useContextByRef(server.context);
  const reason = guardReason(server);
  return (
    <Facts>
      <Fact word="Context">
        {server.boundTo === 'none' ? (
          'no cluster'
        ) : (
          <>
            <ContextName
              name={server.context ?? (server.boundTo === 'active' ? 'none' : server.boundTo)}
              production={server.production}
              demo={context?.demo ?? false}
              colour={context?.colour ?? null}
            />
            {server.boundTo === 'active' && (
              <span className="block text-sm text-muted">follows the active context</span>
            )}
            <KubectlHint context={server.context} />
            {server.namespace && <span className="block text-sm text-muted">namespace {server.namespace}</span>}
          </>
        )}
      </Fact>
      <Fact word="Guard">
        <GuardTag level={server.effectiveGuard} />
        {reason && <span className="ml-1.5 text-sm text-muted">{reason}</span>}
      </Fact>
      {context && (
        <Fact word="Credential">
          {context.auth}
          {context.expiresAt && (
            <>
              , <Expiry context={context} />
            </>
          )}
        </Fact>
      )}
      <Fact word="Process">
        {server.pid === null ? 'none' : `pid ${server.pid}`}
        {server.startedAt && (
          <>
            {' '}
            · up <Lasting since={server.startedAt} />
          </>
        )}
        {server.dedicated > 0 && <span className="block text-sm text-muted">{dedicatedText(server)}</span>}
        {server.restarts > 0 && ` · ${server.restarts === 1 ? '1 restart' : `${server.restarts} restarts`}`}
      </Fact>
      <ResourceFacts server={server} />
      <Fact word="Protocol">
        {server.protocolVersion ?? 'not yet known'}
        <span className="text-muted"> · {transportWords[server.transport]}</span>
      </Fact>
      {server.serverInfo && (
        <Fact word="Server">
          {server.serverInfo.name} <span className="text-muted">{server.serverInfo.version}</span>
        </Fact>
      )}
      <Fact word="Clients">
        {server.clients.length === 0
          ? 'none yet'
          : server.clients.map((client) => (
              <span key={client.name} className="block">
                {client.name}
                <span className="text-muted"> · {client.lastSeen ? <Ago time={client.lastSeen} /> : 'never seen'}</span>
              </span>
            ))}
      </Fact>
      <Fact word="Calls/min">
        <span className="inline-flex items-center gap-2">
          <Sparkline values={server.callsPerMinute} />
          {server.callsPerMinute.at(-1) ?? 0}
        </span>
      </Fact>
    </Facts>
  );
}

function Connection({ slug, test }: { slug: string; test: boolean }) {
  const doctor = useDoctor();
  const { start } = doctor;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!test) return;
    start(`server:${slug}`);
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [test, slug, start]);
  return (
    <div ref={box}>
      <Box
        title="Connection"
        aside={
          <>
            {doctor.endedAt && doctor.state === 'done' && (
              <span className="mr-1 font-normal">
                {outcomeSummary(doctor.results)} · {measuredText(doctor.ms)} · <Ago time={doctor.endedAt} />
              </span>
            )}
            {doctor.state === 'running' ? (
              <Button size="small" onClick={doctor.cancel}>
                Cancel
              </Button>
            ) : (
              <Button size="small" onClick={() => start(`server:${slug}`)}>
                {doctor.state === 'idle' ? 'Test connection' : 'Again'}
              </Button>
            )}
          </>
        }
      >
        {doctor.state === 'idle' && (
          <p className="px-2.5 py-2 text-muted">
            Tests every layer from the kubeconfig to a safe read, and names the one that fails.
          </p>
        )}
        {doctor.state === 'cancelled' && <p className="px-2.5 py-2 text-muted">Cancelled.</p>}
        <Ladder results={doctor.results} running={doctor.state === 'running'} />
        {doctor.error && (
          <div className="p-2">
            <ErrorNotice error={doctor.error} />
          </div>
        )}
      </Box>
    </div>
  );
}
