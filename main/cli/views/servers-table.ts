import { healthOf, type Server } from '../../../contract/model/server.ts';
import { dedicatedText } from '../../../contract/model/sharing.ts';
import { cpuText, exposureRemedy, exposureText, memoryText } from '../../../contract/model/usage.ts';
import type { Paint, Tone } from '../style.ts';
import { facts, table } from '../table.ts';
import { ago, shortSpan } from '../time-text.ts';
import { usageFacts } from './usage-text.ts';

const tones: Record<ReturnType<typeof healthOf>, Tone> = { ok: 'good', warn: 'warn', bad: 'bad', off: 'dim' };

interface Look {
  wide: boolean;
  paint: Paint;
  now: number;
}

/** One line per server; the last error of each in full below. */
export function serversTable(servers: readonly Server[], look: Look): string {
  const { paint, now } = look;
  const lines = table(
    servers,
    [
      { head: 'NAME', text: (server) => server.slug },
      { head: 'STATE', text: (server) => server.state, paint: (text, server) => paint(tones[healthOf(server)], text) },
      { head: 'PRESET', text: (server) => server.preset },
      { head: 'CONTEXT', text: contextText, paint: (text, server) => (server.production ? paint('warn', text) : text) },
      { head: 'TRANSPORT', text: (server) => server.transport },
      { head: 'GUARD', text: guardText },
      { head: 'TOOLS', text: (server) => server.tools },
      { head: 'RESTARTS', text: (server) => server.restarts },
      { head: 'AGE', text: (server) => server.startedAt && shortSpan(now - Date.parse(server.startedAt)) },
      { head: 'PID', text: (server) => server.pid, wide: true },
      {
        head: 'CPU',
        text: ({ resources }) => (typeof resources?.cpu === 'number' ? cpuText(resources.cpu) : null),
        wide: true,
      },
      { head: 'MEMORY', text: ({ resources }) => resources && memoryText(resources.memoryBytes), wide: true },
      { head: 'CLIENTS', text: (server) => server.clients.map((client) => client.name).join(','), wide: true },
      { head: 'ENDPOINT', text: (server) => server.endpoint.http, wide: true },
    ],
    look.wide,
  );
  const errors = servers.flatMap((server) => [
    ...exposedText(server, paint),
    ...(server.error ? [errorText(server, paint)] : []),
  ]);
  return errors.length === 0 ? lines : `${lines}\n\n${errors.join('\n')}`;
}

/** Everything about one server. */
export function serverText(server: Server, look: Look): string {
  const { paint, now } = look;
  const options = Object.entries(server.options).map(([name, value]) => `${name}=${value}`);
  const lines = facts([
    ['Name', server.slug],
    ['State', server.state],
    ['Preset', server.preset],
    ['Context', contextText(server)],
    ['Namespace', server.namespace],
    ['Reachable', server.reachable === null ? 'not asked' : server.reachable ? 'yes' : 'no'],
    ['Guard', guardText(server)],
    ['Transport', server.transport],
    ['Endpoint', server.endpoint.http],
    ['Process', server.pid === null ? null : `pid ${server.pid}, started ${ago(server.startedAt, now)}`],
    ['Sharing', `${server.sharing}${server.dedicated === 0 ? '' : `, ${dedicatedText(server)}`}`],
    ['Restarts', String(server.restarts)],
    ...usageFacts(server),
    ['Server', server.serverInfo && `${server.serverInfo.name} ${server.serverInfo.version}`],
    ['Protocol', server.protocolVersion],
    ['Tools', server.tools === null ? null : String(server.tools)],
    ...(server.toolsOff.length === 0 ? [] : [['Tools off', server.toolsOff.join(', ')] as const]),
    ['Clients', server.clients.map((client) => `${client.name} (${ago(client.lastSeen, now) ?? 'never'})`).join(', ')],
    ['Options', options.join(' ')],
  ]);
  const exposure = exposureText(server);
  const notes = server.warnings
    .filter((warning) => exposure === null || !warning.startsWith(exposure))
    .map((warning) => `${paint('warn', 'Note:')} ${warning}`);
  const errors = server.error ? [errorText(server, paint)] : [];
  return [lines, ...exposedText(server, paint), ...errors, ...notes].join('\n');
}

function contextText(server: Server): string {
  if (server.boundTo === 'none') return 'none';
  const name = server.context ?? (server.boundTo === 'active' ? 'none' : server.boundTo);
  return `${name}${server.boundTo === 'active' ? ' (active)' : ''}${server.production ? ' [production]' : ''}`;
}

function guardText(server: Server): string {
  return server.guard === server.effectiveGuard ? server.guard : `${server.effectiveGuard} (set: ${server.guard})`;
}

/** Said first and in red: nothing else about a server matters more. */
function exposedText(server: Server, paint: Paint): string[] {
  const exposure = exposureText(server);
  return exposure === null ? [] : [`${paint('bad', `${server.slug} is exposed:`)} ${exposure}\n  ${exposureRemedy}`];
}

function errorText(server: Server, paint: Paint): string {
  const { error } = server;
  return `${paint('bad', `${server.slug}:`)} ${error?.message}${error?.hint ? `\n  ${error.hint}` : ''}`;
}
