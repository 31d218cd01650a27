import { type Command, Option } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import {
  type Client,
  type ClientChange,
  type ClientUninstalled,
  type ClientWrite,
  type WhenRunning,
  whenRunningSchema,
} from '../../../contract/model/client.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { type CliIo, say } from '../cli-io.ts';
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
  const { io, exit } = kit;
  const clients = withOutput(program.command('clients'))
    .description('list AI clients and what is installed in them')
    .action(async (options: { output?: string }) => {
      const listed = await withBerth(io, (berth) => berth.call('clients.list'));
      await print(io, formatOf(options), listed, clientsText);
    });

  addExistingServerCommands(clients, kit);

  addWhenRunning(withOutput(clients.command('repair <client>')))
    .description('write the entries anew that somebody changed or removed')
    .action(async (client: string, options: WriteOptions) => {
      const { whenRunning } = options;
      const repaired = await withBerth(io, (berth) => berth.call('clients.repair', { client, ...when(whenRunning) }));
      await print(io, formatOf(options), repaired, (one, look) => clientsText([one], look));
      if (repaired.reload !== '') say(io, repaired.reload);
    });

  withOutput(clients.command('cancel <client>'))
    .description('take a change back that waits until the client has quit')
    .action(async (client: string, options: { output?: string }) => {
      const cancelled = await withBerth(io, (berth) => berth.call('clients.cancelQueued', { client }));
      await print(io, formatOf(options), cancelled, (one, look) => clientsText([one], look));
    });

  withOutput(clients.command('history'))
    .description('list what Berth wrote into the files of clients, newest first')
    .action(async (options: { output?: string }) => {
      const history = await withBerth(io, (berth) => berth.call('clients.history'));
      await print(io, formatOf(options), history, historyText);
    });

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

  addWhenRunning(withOutput(program.command('uninstall [client] [slugs...]')))
    .description('remove servers, or everything of Berth, from the config file of a client, or of all clients')
    .option('--all', 'everything of Berth from every client', false)
    .option('--dry-run', 'only show what would change', false)
    .action(async (client: string | undefined, slugs: string[], options: ChangeOptions) => {
      if (options.all ? client !== undefined : client === undefined) {
        throw new BerthError('invalid-argument', 'Name one client, or use --all.');
      }
      await withBerth(io, async (berth) => {
        if (client === undefined) return uninstallAll(berth, io, exit, options);
        const change = await berth.call('clients.preview', { client, slugs, action: 'uninstall' });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const uninstalled = await berth.call('clients.uninstall', {
          client,
          slugs,
          baseHash: change.baseHash,
          ...when(options.whenRunning),
        });
        await print(io, formatOf(options), uninstalled, (one, look) => clientsText([one], look));
        if (change.noop) say(io, 'Nothing of Berth was in it.');
        else if (change.reload !== '') say(io, change.reload);
      });
    });

  addWhenRunning(withOutput(program.command('undo [id]')))
    .description('take back the last write of a client’s file, or the one of that id')
    .option('--dry-run', 'only show what would change', false)
    .action(async (id: string | undefined, options: WriteOptions) => {
      await withBerth(io, async (berth) => {
        const which = id === undefined ? {} : { id };
        const change = await berth.call('clients.undoPreview', which);
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const undone = await berth.call('clients.undo', {
          ...which,
          baseHash: change.baseHash,
          ...when(options.whenRunning),
        });
        await print(io, formatOf(options), undone, (one, look) => clientsText([one], look));
        for (const note of [...change.notes, change.reload]) if (note !== '') say(io, note);
      });
    });
}

interface WriteOptions {
  output?: string;
  dryRun?: boolean;
  whenRunning?: WhenRunning;
}

async function uninstallAll(
  berth: RpcClient,
  io: CliIo,
  exit: CommandKit['exit'],
  options: ChangeOptions,
): Promise<void> {
  if (options.dryRun) {
    const ours = (await berth.call('clients.list')).filter(({ entries }) => entries.length > 0);
    const changes: ClientChange[] = [];
    for (const { id } of ours) {
      changes.push(await berth.call('clients.preview', { client: id, slugs: [], action: 'uninstall' }));
    }
    return print(io, formatOf(options), changes, (all, look) => all.map((one) => changeText(one, look)).join('\n'));
  }
  const results = await berth.call('clients.uninstallAll', when(options.whenRunning));
  await print(io, formatOf(options), results, uninstalledText);
  if (results.some(({ error }) => error !== null)) exit(1);
}

function addWhenRunning(command: Command): Command {
  return command.addOption(
    new Option('--when-running <what>', 'what to do about a client that runs and would undo the change').choices(
      whenRunningSchema.options,
    ),
  );
}

function when(whenRunning: WhenRunning | undefined): { whenRunning?: WhenRunning } {
  return whenRunning === undefined ? {} : { whenRunning };
}

interface ChangeOptions {
  output?: string;
  dryRun: boolean;
  all?: boolean;
  whenRunning?: WhenRunning;
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

const historyText: Render<readonly ClientWrite[]> = (history, { wide, now }) => {
  if (history.length === 0) return 'Berth has not written into any client’s file yet.';
  return table(
    history,
    [
      { head: 'ID', text: ({ id }) => id },
      { head: 'AGE', text: ({ time }) => ago(time, now) },
      { head: 'CLIENT', text: ({ client }) => client },
      {
        head: 'CHANGES',
        text: ({ changes }) => changes.map(({ action, name }) => `${action === 'set' ? '+' : '-'}${name}`).join(' '),
      },
      { head: 'UNDO', text: (write) => (write.undone ? 'done' : write.final === null ? 'possible' : 'no') },
      { head: 'FILE', text: ({ file }) => file, wide: true },
    ],
    wide,
  );
};

const uninstalledText: Render<readonly ClientUninstalled[]> = (results, { paint }) => {
  if (results.length === 0) return 'Nothing of Berth was in any client.';
  return results
    .map(({ title, entries, error }) =>
      error === null
        ? `${paint('good', title)}: ${entries.join(', ')}`
        : `${paint('bad', title)}: ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`,
    )
    .join('\n');
};
