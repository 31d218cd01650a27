import type { Command } from 'commander';
import { allModeWords } from '../../../contract/model/all.ts';
import type { Status } from '../../../contract/model/status.ts';
import { exposedListeners } from '../../../contract/model/usage.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerth } from '../session.ts';
import { facts } from '../table.ts';
import { ago } from '../time-text.ts';
import { credentialNotes } from '../views/context-notes.ts';
import { serversTable } from '../views/servers-table.ts';

/** One look at everything; exit 1 when something is broken (D28). */
export function addStatusCommand(program: Command, { io, exit }: CommandKit): void {
  withOutput(program.command('status'))
    .description('one look at Berth and its servers; exit 1 when something is broken')
    .action(async (options: { output?: string }) => {
      const status = await withBerth(io, (berth) => berth.call('app.status'));
      await print(io, formatOf(options), status, statusText);
      if (isBroken(status)) exit(1);
    });
}

/** A server that should run does not, one is open to the network (D41), or Berth itself has a problem. One that is on its way up is not broken. */
export function isBroken(status: Pick<Status, 'problems' | 'servers'>): boolean {
  const down = status.servers.some(
    (server) => server.desired === 'running' && ['stopped', 'failed', 'restarting', 'stopping'].includes(server.state),
  );
  const exposed = status.servers.some((server) => exposedListeners(server).length > 0);
  return down || exposed || status.problems.length > 0;
}

export const statusText: Render<Status> = (status, look) => {
  const { now, paint } = look;
  const keychain = status.keychain;
  const head = facts([
    ['Berth', `${status.version}, ${status.shell}, pid ${status.pid}, started ${ago(status.startedAt, now)}`],
    ['Endpoints', status.endpoint ?? 'none: see the problem below'],
    ['All servers', status.endpoint && `${status.all.endpoint.http} (${allModeWords[status.all.mode]})`],
    ['Keychain', keychain.reason === null ? keychain.state : `${keychain.state} (${keychain.reason})`],
    ['Active context', activeText(status)],
    ['Clients', clientsText(status)],
  ]);
  const problems = status.problems.map(
    ({ message, hint }) => `${paint('bad', 'Problem:')} ${message}${hint ? `\n  ${hint}` : ''}`,
  );
  const inUse = new Set([status.activeContext, ...status.servers.map((server) => server.context)]);
  const notes = credentialNotes(
    status.contexts.filter(({ ref }) => inUse.has(ref)),
    now,
  ).map((note) => `${paint('warn', 'Note:')} ${note}`);
  const sources = status.sources.flatMap(({ path, error }) =>
    error === null || error.code === 'not-found' ? [] : [`${paint('warn', 'Note:')} ${error.message} (${path})`],
  );
  const servers =
    status.servers.length === 0
      ? 'No server is docked. See `berth presets` and `berth add`.'
      : serversTable(status.servers, look);
  return [
    head,
    ...problems,
    ...(notes.length + sources.length > 0 ? [[...notes, ...sources].join('\n')] : []),
    servers,
  ].join('\n\n');
};

function activeText({ activeContext, switchingTo, contexts, demo }: Status): string {
  const active = contexts.find((context) => context.ref === activeContext);
  const kubectl = contexts.find((context) => context.current);
  const marks = [
    ...(active === undefined && activeContext !== null ? ['not there any more'] : []),
    ...(active?.production ? ['production'] : []),
    ...(switchingTo === null ? [] : [`switching to ${switchingTo}`]),
    ...(demo ? ['demo clusters are on'] : []),
    ...(kubectl && kubectl.ref !== activeContext ? [`kubectl's current context is ${kubectl.ref}`] : []),
  ];
  return `${activeContext ?? 'none'}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}

function clientsText({ clients }: Status): string | null {
  const ours = clients.filter((client) => client.entries.length > 0);
  return (
    ours.map((client) => `${client.title}${client.state === 'installed' ? '' : ` (${client.state})`}`).join(', ') ||
    null
  );
}
