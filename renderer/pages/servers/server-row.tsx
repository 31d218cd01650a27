import { memo } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { memoryText } from '../../../contract/model/usage.ts';
import { exposedPlaces } from '../../model/exposed.ts';
import { routeHash } from '../../model/route.ts';
import { guardReason, transportWords } from '../../model/words.ts';
import { useContextByRef } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { classNames } from '../../ui/class-names.ts';
import { Sparkline } from '../../ui/sparkline.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { ContextName, GuardTag } from '../../ui/tags.tsx';
import { Ago, Lasting } from '../../ui/time.tsx';
import { Expiry } from '../contexts/expiry.tsx';
import { ServerMenu } from './server-menu.tsx';

export interface ServerRowProps {
  server: Server;
  selected: boolean;
  marked: boolean;
  onMark(slug: string, on: boolean): void;
}

const cell = 'border-b border-line px-2 py-2 align-top whitespace-nowrap';

/** One server in the list; redrawn only when that server changed. */
export const ServerRow = memo(function ServerRow({ server, selected, marked, onMark }: ServerRowProps) {
  const { slug } = server;
  return (
    <tr
      className={classNames('group', selected ? 'bg-accent-bg' : 'hover:bg-raise')}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a, button, input, label'))
          navigate('servers', [slug]);
      }}
    >
      <td className={`${cell} !pr-1 !pl-4`}>
        <input
          type="checkbox"
          aria-label={`Select ${slug}`}
          className="mt-[3px] block size-3.5 accent-accent"
          checked={marked}
          onChange={(event) => onMark(slug, event.target.checked)}
        />
      </td>
      <td className={`${cell} @max-[960px]:w-full @max-[960px]:max-w-0`}>
        <a
          data-row
          href={routeHash('servers', [slug])}
          aria-current={selected || undefined}
          className="block truncate font-semibold hover:underline hover:underline-offset-2"
        >
          {slug}
        </a>
        <p className="truncate text-sm text-muted">
          {server.preset}
          {server.serverInfo?.version ? ` ${shortVersion(server.serverInfo.version)}` : ''} ·{' '}
          {transportWords[server.transport]}
        </p>
        <RowExposure server={server} />
        {server.error && <RowError server={server} />}
      </td>
      <td className={cell}>
        <StateMark state={server.state} />
        {server.state === 'stopped' && server.desired === 'running' && <p className="text-sm text-muted">should run</p>}
      </td>
      <td className={cell}>
        <ContextCell server={server} />
      </td>
      <td className={`${cell} @max-[600px]:hidden`}>
        <GuardCell server={server} />
      </td>
      <td className={`${cell} @max-[760px]:hidden`}>
        <ClientsCell clients={server.clients} />
      </td>
      <td className={`${cell} figures text-right @max-[960px]:hidden`}>
        <CallsCell server={server} />
      </td>
      <td className={`${cell} figures text-right @max-[960px]:hidden`}>
        {server.startedAt ? <Lasting since={server.startedAt} /> : <Nothing />}
        {server.resources && (
          <p className="text-sm text-muted" title="Resident memory of all its processes">
            {memoryText(server.resources.memoryBytes)}
          </p>
        )}
      </td>
      <td className={`${cell} !py-1 !pr-3`}>
        <ServerMenu server={server} />
      </td>
    </tr>
  );
});

function RowExposure({ server }: { server: Server }) {
  const places = exposedPlaces(server);
  if (places === null) return null;
  return (
    <p className="mt-0.5 text-sm font-medium wrap-anywhere whitespace-normal text-bad">open to the network: {places}</p>
  );
}

function RowError({ server }: { server: Server }) {
  const { error, slug } = server;
  if (!error) return null;
  const tone = server.state === 'degraded' ? 'text-warn' : 'text-bad';
  return (
    <p
      className="mt-0.5 max-w-[340px] text-sm whitespace-normal"
      title={[error.message, error.hint].filter(Boolean).join('\n')}
    >
      <span className={classNames('line-clamp-2 wrap-anywhere', tone)}>{error.message}</span>
      {error.hint ? (
        <span className="line-clamp-1 wrap-anywhere text-muted">{error.hint}</span>
      ) : (
        <a
          href={routeHash('servers', [slug], { test: '1' })}
          className={classNames('underline underline-offset-2', tone)}
        >
          Test connection
        </a>
      )}
    </p>
  );
}

function ContextCell({ server }: { server: Server }) {
  const context = useContextByRef(server.context);
  if (server.boundTo === 'none') return <span className="text-muted">no cluster</span>;
  const name = context?.label ?? server.context ?? (server.boundTo === 'active' ? 'no active context' : server.boundTo);
  return (
    <div className="w-[250px] @max-[960px]:w-[150px]">
      <ContextName
        name={name}
        production={server.production}
        demo={context?.demo ?? false}
        colour={context?.colour ?? null}
      />
      <p className="truncate text-sm text-muted">
        {server.boundTo === 'active' ? 'follows the active context' : 'stays on this context'}
      </p>
      {context?.expiry && context.expiry.state !== 'ok' && (
        <p className="text-sm whitespace-normal text-muted">
          credential <Expiry context={context} />
        </p>
      )}
      {server.reachable === false && <p className="text-sm text-bad">not reachable</p>}
    </div>
  );
}

function GuardCell({ server }: { server: Server }) {
  const reason = guardReason(server);
  return (
    <>
      <GuardTag level={server.effectiveGuard} title={reason ?? undefined} />
      {reason && (
        <p className="text-sm text-muted" title={reason}>
          {server.guard}, capped
        </p>
      )}
    </>
  );
}

function ClientsCell({ clients }: { clients: Server['clients'] }) {
  const [first, ...more] = clients;
  if (!first) return <span className="text-sm text-muted">none yet</span>;
  return (
    <>
      {first.name}
      <p className="text-sm text-muted">
        {first.lastSeen ? <Ago time={first.lastSeen} /> : 'never seen'}
        {more.length > 0 && <span title={more.map(({ name }) => name).join(', ')}> · {more.length} more</span>}
      </p>
    </>
  );
}

function CallsCell({ server }: { server: Server }) {
  if (server.state === 'stopped' || server.state === 'failed') return <Nothing />;
  return (
    <span className="inline-flex items-center justify-end gap-2">
      <Sparkline values={server.callsPerMinute} />
      <span className="min-w-5">{server.callsPerMinute.at(-1) ?? 0}</span>
    </span>
  );
}

function Nothing() {
  return <span className="text-sm text-muted">–</span>;
}

/** Versions with build metadata are long; the panel shows them whole. */
function shortVersion(version: string): string {
  return version.length <= 12 ? version : `${version.slice(0, 11)}…`;
}
