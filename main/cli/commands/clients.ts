import { type Command, Option } from 'commander';
import type { Client } from '../../../contract/model/client.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerth } from '../session.ts';
import type { Paint } from '../style.ts';
import { table } from '../table.ts';
import { ago } from '../time-text.ts';
import { changeText } from '../views/change-text.ts';
import { addExistingServerCommands } from './existing-servers.ts';

/** clients, install, uninstall: what stands in the config files of AI applications. */
export function addClientCommands(program: Command, kit: CommandKit): void {
  const { io } = kit;
  const clients = withOutput(program.command('clients'));
  clients.description('list AI clients and what is installed in them').action(async (options: { output?: string }) => {
    const clients = await withBerth(io, (berth) => berth.call('clients.list'));
    await print(io, formatOf(options), clients, clientsText);
  });
  addExistingServerCommands(clients, kit);

  withOutput(program.command('install <client> <slugs...>'))
    .description('write the endpoints of servers, or the one of "all", into the config file of a client')
    .option('--dry-run', 'only show what would change', false)
    .addOption(new Option('--route <route>', 'how to install').choices(['file']).default('file'))
    .action(async (client: string, slugs: string[], options: ChangeOptions) => {
      await withBerth(io, async (berth) => {
        const change = await berth.call('clients.preview', { client, slugs, action: 'install' });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const { baseHash } = change;
        const installed = await berth.call('clients.install', { client, slugs, baseHash });
        await print(io, formatOf(options), installed, (one, look) => clientsText([one], look));
        for (const note of [...change.notes, change.reload]) if (note !== '') say(io, note);
      });
    });

  withOutput(program.command('uninstall <client> [slugs...]'))
    .description('remove servers, or everything of Berth, from the config file of a client')
    .option('--dry-run', 'only show what would change', false)
    .action(async (client: string, slugs: string[], options: ChangeOptions) => {
      await withBerth(io, async (berth) => {
        const change = await berth.call('clients.preview', { client, slugs, action: 'uninstall' });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const uninstalled = await berth.call('clients.uninstall', { client, slugs, baseHash: change.baseHash });
        await print(io, formatOf(options), uninstalled, (one, look) => clientsText([one], look));
        if (change.noop) say(io, 'Nothing of Berth was in it.');
        else if (change.reload !== '') say(io, change.reload);
      });
    });
}

interface ChangeOptions {
  output?: string;
  dryRun: boolean;
}

const clientsText: Render<readonly Client[]> = (clients, { wide, paint, now }) => {
  const lines = table(
    clients,
    [
      { head: 'ID', text: (client) => client.id },
      { head: 'STATE', text: (client) => client.state, paint: (text) => paint(toneOf(text), text) },
      { head: 'SERVERS', text: (client) => client.entries.map(({ slug }) => slug).join(',') },
      { head: 'CONNECTED', text: (client) => ago(client.connectedAt, now) },
      { head: 'VIA', text: (client) => client.via },
      { head: 'FILE', text: (client) => client.file },
      { head: 'VERIFIED', text: (client) => client.verifiedAt ?? 'unverified', wide: true },
    ],
    wide,
  );
  const errors = clients.flatMap(({ id, error }) =>
    error ? [`${paint('bad', `${id}:`)} ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`] : [],
  );
  return errors.length === 0 ? lines : `${lines}\n\n${errors.join('\n')}`;
};

function toneOf(state: string): Parameters<Paint>[0] {
  if (state === 'installed') return 'good';
  return state === 'changed' || state === 'unreadable' ? 'warn' : 'dim';
}
