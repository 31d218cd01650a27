import type { Command } from 'commander';
import type { WhenRunning } from '../../../contract/model/client.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';
import { clientsText, clientText, historyText } from '../views/clients-text.ts';
import { addExistingServerCommands } from './existing-servers.ts';
import { addInstallCommands, withWhenRunning } from './install-clients.ts';

/** clients, install, uninstall, undo: what stands in the config files of AI applications. */
export function addClientCommands(program: Command, kit: CommandKit): void {
  const { io } = kit;
  const clients = withOutput(program.command('clients'))
    .description('list AI clients and what is installed in them')
    .action(async (options: { output?: string }) => {
      const listed = await withBerth(io, (berth) => berth.call('clients.list'));
      await print(io, formatOf(options), listed, clientsText);
    });

  withWhenRunning(withOutput(clients.command('repair <client>')))
    .description('write the entries anew that somebody changed or removed')
    .action(async (client: string, options: { output?: string; whenRunning?: WhenRunning }) => {
      const { whenRunning } = options;
      const repaired = await withBerth(io, (berth) => berth.call('clients.repair', { client, whenRunning }));
      await print(io, formatOf(options), repaired, (one, look) => clientText([one], look));
      if (repaired.reload !== '') say(io, repaired.reload);
    });

  withOutput(clients.command('cancel <client>'))
    .description('take a change back that waits until the client has quit')
    .action(async (client: string, options: { output?: string }) => {
      const cancelled = await withBerth(io, (berth) => berth.call('clients.cancelQueued', { client }));
      await print(io, formatOf(options), cancelled, (one, look) => clientText([one], look));
    });

  withOutput(clients.command('history'))
    .description('list what Berth wrote into the files of clients, newest first')
    .action(async (options: { output?: string }) => {
      const history = await withBerth(io, (berth) => berth.call('clients.history'));
      await print(io, formatOf(options), history, historyText);
    });

  addExistingServerCommands(clients, kit);
  addInstallCommands(program, kit);
}
