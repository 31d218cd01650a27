import type { Approval } from '../../contract/model/approval.ts';
import { type Client, clientTrouble } from '../../contract/model/client.ts';
import type { Context, ContextColour } from '../../contract/model/context.ts';
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
  | { readonly do: 'decide'; readonly id: string; readonly approve: boolean }
  | { readonly do: 'repair'; readonly client: string }
  | { readonly do: 'copy'; readonly text: string };

/** The tray's menu as plain data; labels are plain text. */
export type TrayItem =
  | { readonly type: 'separator' }
  | { readonly type: 'text'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | {
      readonly type: 'radio';
      readonly label: string;
      /** Drawn as a small square before the label. */
      readonly mark: TrayMark | null;
      readonly checked: boolean;
      readonly enabled: boolean;
      readonly action: TrayAction;
    }
  | {
      readonly type: 'submenu';
      readonly label: string;
      readonly mark: TrayMark | null;
      readonly items: readonly TrayItem[];
    };

/** A context's colour, or production's. */
export type TrayMark = ContextColour | 'production';

const separator: TrayItem = { type: 'separator' };
const text = (label: string): TrayItem => ({ type: 'text', label });
const act = (label: string, action: TrayAction, enabled = true): TrayItem => ({
  type: 'action',
  label,
  enabled,
  action,
});

/** More contexts than this are chosen in the window: a menu of hundreds is no help, and some panels cannot show it. */
const MOST_CONTEXTS = 25;

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
    ...status.approvals.filter(({ state }) => state !== 'approved').map(approvalMenu),
    ...status.problems.map((problem) => act(`▲ ${shorten(problem.message)}`, { do: 'open' })),
    ...status.clients.flatMap(clientMenu),
    separator,
    contextMenu(status),
    separator,
    ...(status.servers.length === 0
      ? [text('No servers docked')]
      : status.servers.map((server) => serverMenu(server, status.contexts))),
    separator,
    endpointMenu(status),
    act('Quit Berth', { do: 'quit' }),
  ];
}

/** A call that waits for a person, with what it would do where (D16). */
function approvalMenu({ id, client, tool, slug, context, production, arguments: args }: Approval): TrayItem {
  const where = context === null ? slug : `${slug} · ${shorten(context)}${production ? ' · PRODUCTION' : ''}`;
  return {
    type: 'submenu',
    mark: production ? 'production' : null,
    label: `▲ ${shorten(client)} asks for ${shorten(tool)}`,
    items: [
      text(where),
      text(shorten(args)),
      separator,
      act('Approve this call', { do: 'decide', id, approve: true }),
      act('Deny', { do: 'decide', id, approve: false }),
      act('Show all of it…', { do: 'open' }),
    ],
  };
}

/** An AI client whose file is not as Berth left it; nothing for one that is well. */
function clientMenu(client: Client): TrayItem[] {
  const trouble = clientTrouble(client);
  if (trouble === null) return [];
  // One that runs and writes its file from memory has to be quit first, which the window asks about.
  const simple = client.state !== 'unreadable' && !client.running && client.entries.length > 0;
  return [
    {
      type: 'submenu',
      mark: null,
      label: `▲ ${client.title}: ${trouble}`,
      items: [act('Repair', { do: 'repair', client: client.id }, simple), act('Look at it…', { do: 'open' })],
    },
  ];
}

function contextMenu(status: Status): TrayItem {
  const active = status.contexts.find((context) => context.ref === status.activeContext);
  const label =
    status.switchingTo !== null
      ? `Switching to ${status.switchingTo}…`
      : `Context: ${active ? contextLabel(active) : (status.activeContext ?? 'none')}`;
  const inUse = new Set([status.activeContext, ...status.servers.map((server) => server.context)]);
  const [used, others] = [true, false].map((wanted) => status.contexts.filter(({ ref }) => inUse.has(ref) === wanted));
  const many = status.contexts.length > MOST_CONTEXTS;
  const listed = many ? [...(used ?? []), ...(others ?? [])].slice(0, MOST_CONTEXTS) : status.contexts;
  const items = listed.map(
    (context): TrayItem => ({
      type: 'radio',
      mark: markOf(context),
      label: context.error ? `${contextLabel(context)}: ${shorten(context.error.message)}` : contextLabel(context),
      checked: context.ref === status.activeContext,
      enabled: status.switchingTo === null,
      action: { do: 'use', context: context.ref },
    }),
  );
  const rest = status.contexts.length - listed.length;
  const more = rest === 0 ? [] : [separator, act(`${count(rest, 'more context')}…`, { do: 'open' })];
  return {
    type: 'submenu',
    label,
    mark: active ? markOf(active) : null,
    items: items.length === 0 ? [text('No contexts found')] : [...items, ...more],
  };
}

function markOf({ production, colour }: Pick<Context, 'production' | 'colour'>): TrayMark | null {
  return production ? 'production' : colour;
}

function contextLabel(context: Pick<Context, 'ref' | 'label' | 'production' | 'demo' | 'expiry'>): string {
  const name = shorten(context.label ? `${context.label} (${context.ref})` : context.ref);
  return name + (context.production ? ' · PRODUCTION' : '') + (context.demo ? ' · demo' : '') + endOf(context);
}

/** In words without a time: a menu whose text changes closes under the user's pointer. */
function endOf({ expiry }: Pick<Context, 'expiry'>): string {
  if (!expiry || expiry.state === 'ok') return '';
  return expiry.state === 'expired' ? ' · credential expired' : ' · credential ends soon';
}

function serverMenu(server: Server, contexts: readonly Context[]): TrayItem {
  const context = contexts.find(({ ref }) => ref === server.context);
  const where =
    server.context === null
      ? ''
      : ` · ${shorten(server.context)}${server.production ? ' · PRODUCTION' : ''}${context ? endOf(context) : ''}`;
  const why = server.error && server.state !== 'ready' && server.state !== 'stopped' ? server.error : null;
  return {
    type: 'submenu',
    mark: server.production ? 'production' : (context?.colour ?? null),
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
  return {
    type: 'submenu',
    label: 'Copy endpoint',
    mark: null,
    items: items.length === 0 ? [text('No servers docked')] : items,
  };
}

/** The tray's tooltip: the same in one line of words, for those who do not see the icon's shape. */
export function trayTooltip(status: Status | null): string {
  if (status === null) return 'Berth is starting';
  const of = (...states: ServerState[]) => status.servers.filter((server) => states.includes(server.state)).length;
  const troubled = status.clients.filter((client) => clientTrouble(client) !== null).length;
  const parts = [
    status.servers.length === 0
      ? 'no servers docked'
      : `${of('ready')} of ${count(status.servers.length, 'server')} ready`,
    ...(of('failed') > 0 ? [`${of('failed')} failed`] : []),
    ...(of('degraded') > 0 ? [`${of('degraded')} degraded`] : []),
    ...(status.approvals.length > 0 ? [`${count(status.approvals.length, 'call')} to approve`] : []),
    ...(troubled > 0 ? [`${count(troubled, 'client')} to look at`] : []),
    ...(status.problems.length > 0 ? [count(status.problems.length, 'problem')] : []),
  ];
  const active = status.contexts.find((context) => context.ref === status.activeContext);
  return `Berth: ${parts.join(', ')}${active ? ` · ${contextLabel(active)}` : ''}`;
}
