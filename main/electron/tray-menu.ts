import type { Context } from '../../contract/model/context.ts';
import type { Server, ServerState } from '../../contract/model/server.ts';
import { healthOf, stateWords } from '../../contract/model/server.ts';
import type { Status } from '../../contract/model/status.ts';
import { count, shorten } from './tray-words.ts';

/** What a click in the tray asks for. */
export type TrayAction =
  | { readonly do: 'open' }
  | { readonly do: 'quit' }
  | { readonly do: 'start' | 'stop' | 'restart'; readonly slug: string }
  | { readonly do: 'use'; readonly context: string }
  | { readonly do: 'copy'; readonly text: string };

/** The tray's menu as plain data; labels are plain text. */
export type TrayItem =
  | { readonly type: 'separator' }
  | { readonly type: 'text'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | {
      readonly type: 'radio';
      readonly label: string;
      readonly checked: boolean;
      readonly enabled: boolean;
      readonly action: TrayAction;
    }
  | { readonly type: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

const separator: TrayItem = { type: 'separator' };
const text = (label: string): TrayItem => ({ type: 'text', label });
const act = (label: string, action: TrayAction, enabled = true): TrayItem => ({
  type: 'action',
  label,
  enabled,
  action,
});

/** State by shape as well as by word: menus have no colours of their own. */
const marks = { ok: '●', warn: '▲', bad: '✕', off: '○' } as const;
const canStart: readonly ServerState[] = ['stopped', 'failed'];
const canStop: readonly ServerState[] = ['starting', 'ready', 'degraded', 'restarting', 'failed'];
const canRestart: readonly ServerState[] = ['ready', 'degraded', 'failed'];

/** The tray's menu for a status; null while the core is not up yet. */
export function trayMenu(status: Status | null): readonly TrayItem[] {
  if (status === null) return [text('Berth is starting…'), separator, act('Quit Berth', { do: 'quit' })];
  return [
    act('Open Berth', { do: 'open' }),
    ...status.problems.map((problem) => act(`▲ ${shorten(problem.message)}`, { do: 'open' })),
    separator,
    contextMenu(status),
    separator,
    ...(status.servers.length === 0 ? [text('No servers docked')] : status.servers.map(serverMenu)),
    separator,
    endpointMenu(status),
    act('Quit Berth', { do: 'quit' }),
  ];
}

function contextMenu(status: Status): TrayItem {
  const active = status.contexts.find((context) => context.ref === status.activeContext);
  const label =
    status.switchingTo !== null
      ? `Switching to ${status.switchingTo}…`
      : `Context: ${active ? contextLabel(active) : (status.activeContext ?? 'none')}`;
  const items = status.contexts.map(
    (context): TrayItem => ({
      type: 'radio',
      label: context.error ? `${contextLabel(context)}: ${shorten(context.error.message)}` : contextLabel(context),
      checked: context.ref === status.activeContext,
      enabled: status.switchingTo === null,
      action: { do: 'use', context: context.ref },
    }),
  );
  return { type: 'submenu', label, items: items.length === 0 ? [text('No contexts found')] : items };
}

function contextLabel(context: Pick<Context, 'ref' | 'label' | 'production' | 'demo'>): string {
  const name = context.label ? `${context.label} (${context.ref})` : context.ref;
  return name + (context.production ? ' · PRODUCTION' : '') + (context.demo ? ' · demo' : '');
}

function serverMenu(server: Server): TrayItem {
  const where = server.context === null ? '' : ` · ${server.context}${server.production ? ' · PRODUCTION' : ''}`;
  const why = server.error && server.state !== 'ready' && server.state !== 'stopped' ? server.error : null;
  return {
    type: 'submenu',
    label: `${marks[healthOf(server)]} ${server.slug}: ${stateWords[server.state]}${where}`,
    items: [
      ...(why ? [text(shorten(why.message)), ...(why.hint ? [text(shorten(why.hint))] : []), separator] : []),
      act('Start', { do: 'start', slug: server.slug }, canStart.includes(server.state)),
      act('Stop', { do: 'stop', slug: server.slug }, canStop.includes(server.state)),
      act('Restart', { do: 'restart', slug: server.slug }, canRestart.includes(server.state)),
    ],
  };
}

function endpointMenu(status: Status): TrayItem {
  const items = status.servers.map((server) => act(server.slug, { do: 'copy', text: server.endpoint.http }));
  if (status.endpoint === null) return text('Endpoints are not served');
  return { type: 'submenu', label: 'Copy endpoint', items: items.length === 0 ? [text('No servers docked')] : items };
}

/** The tray's tooltip: the same in one line of words, for those who do not see the icon's shape. */
export function trayTooltip(status: Status | null): string {
  if (status === null) return 'Berth is starting';
  const of = (...states: ServerState[]) => status.servers.filter((server) => states.includes(server.state)).length;
  const parts = [
    status.servers.length === 0
      ? 'no servers docked'
      : `${of('ready')} of ${count(status.servers.length, 'server')} ready`,
    ...(of('failed') > 0 ? [`${of('failed')} failed`] : []),
    ...(of('degraded') > 0 ? [`${of('degraded')} degraded`] : []),
    ...(status.problems.length > 0 ? [count(status.problems.length, 'problem')] : []),
  ];
  const active = status.contexts.find((context) => context.ref === status.activeContext);
  return `Berth: ${parts.join(', ')}${active ? ` · ${contextLabel(active)}` : ''}`;
}
