import { type Command, Option } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import {
  type ClientChange,
  type ClientRoute,
  type ClientVia,
  clientRouteSchema,
  clientViaSchema,
  type WhenRunning,
  whenRunningSchema,
} from '../../../contract/model/client.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';
import { changeText } from '../views/change-text.ts';
import { clientText, uninstalledText } from '../views/clients-text.ts';
import { type HandOverOptions, openBundles, openLinks } from './hand-over.ts';

interface ChangeOptions {
  output?: string;
  dryRun: boolean;
  route?: ClientRoute;
  whenRunning?: WhenRunning;
}

/** install, uninstall, undo: every change of a client, each of which can be looked at before. */
export function addInstallCommands(program: Command, kit: CommandKit): void {
  addInstall(program, kit);
  addUninstall(program, kit);
  addUndo(program, kit);
}

/** Adds `--when-running`. */
export function withWhenRunning(command: Command): Command {
  return command.addOption(
    new Option('--when-running <what>', 'what to do about a client that runs and would undo the change').choices(
      whenRunningSchema.options,
    ),
  );
}

function addInstall(program: Command, { io }: CommandKit): void {
  withWhenRunning(withOutput(program.command('install <client> <slugs...>')))
    .description('bring the endpoints of servers, or the one of "all", into a client')
    .addOption(new Option('--route <route>', 'how to get it there').choices(clientRouteSchema.options))
    .addOption(
      new Option('--via <way>', 'by URL with a token, or over the bridge, which needs none').choices(
        clientViaSchema.options,
      ),
    )
    .option('--dry-run', 'only show what would change', false)
    .option('--file <path>', 'of --route mcpb: where to write the bundle')
    .option('--no-open', 'of --route deeplink and mcpb: only print the link, or the path of the bundle')
    .action(async (client: string, slugs: string[], options: ChangeOptions & HandOverOptions & { via?: ClientVia }) => {
      await withBerth(io, async (berth) => {
        const { via, route, whenRunning } = options;
        const change = await berth.call('clients.preview', { client, slugs, action: 'install', via, route });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        if (change.route === 'deeplink') return await openLinks(io, berth, client, slugs, options);
        if (change.route === 'mcpb') return await openBundles(io, berth, client, slugs, options);
        const wanted = { client, slugs, via, route: change.route, baseHash: change.baseHash, whenRunning };
        const installed = await berth.call('clients.install', wanted);
        await print(io, formatOf(options), installed, (one, look) => clientText([one], look));
        for (const note of [...change.notes, change.reload]) if (note !== '') say(io, note);
      });
    });
}

function addUninstall(program: Command, kit: CommandKit): void {
  const { io } = kit;
  withWhenRunning(withOutput(program.command('uninstall [client] [slugs...]')))
    .description('remove servers, or everything of Berth, from a client, or everything from all clients')
    .option('--all', 'everything of Berth from every client', false)
    .addOption(new Option('--route <route>', 'who takes it out').choices(['file', 'cli']))
    .option('--dry-run', 'only show what would change', false)
    .action(async (client: string | undefined, slugs: string[], options: ChangeOptions & { all: boolean }) => {
      if (options.all ? client !== undefined : client === undefined) {
        throw new BerthError('invalid-argument', 'Name one client, or use --all.');
      }
      await withBerth(io, async (berth) => {
        if (client === undefined) return uninstallAll(berth, kit, options);
        const { route, whenRunning } = options;
        const change = await berth.call('clients.preview', { client, slugs, action: 'uninstall', route });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const wanted = { client, slugs, route: change.route, baseHash: change.baseHash, whenRunning };
        const uninstalled = await berth.call('clients.uninstall', wanted);
        await print(io, formatOf(options), uninstalled, (one, look) => clientText([one], look));
        if (change.noop) say(io, 'Nothing of Berth was in it.');
        else if (change.reload !== '') say(io, change.reload);
      });
    });
}

async function uninstallAll(berth: RpcClient, { io, exit }: CommandKit, options: ChangeOptions): Promise<void> {
  if (options.dryRun) {
    const ours = (await berth.call('clients.list')).filter(({ entries }) => entries.length > 0);
    const changes: ClientChange[] = [];
    for (const { id } of ours) {
      changes.push(await berth.call('clients.preview', { client: id, slugs: [], action: 'uninstall' }));
    }
    return print(io, formatOf(options), changes, (all, look) => all.map((one) => changeText(one, look)).join('\n'));
  }
  const results = await berth.call('clients.uninstallAll', { whenRunning: options.whenRunning });
  await print(io, formatOf(options), results, uninstalledText);
  if (results.some(({ error }) => error !== null)) exit(1);
}

function addUndo(program: Command, { io }: CommandKit): void {
  withWhenRunning(withOutput(program.command('undo [id]')))
    .description('take back the last write of a client’s file, or the one of that id')
    .option('--dry-run', 'only show what would change', false)
    .action(async (id: string | undefined, options: ChangeOptions) => {
      await withBerth(io, async (berth) => {
        const change = await berth.call('clients.undoPreview', { id });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const { whenRunning } = options;
        const undone = await berth.call('clients.undo', { id, baseHash: change.baseHash, whenRunning });
        await print(io, formatOf(options), undone, (one, look) => clientText([one], look));
        for (const note of [...change.notes, change.reload]) if (note !== '') say(io, note);
      });
    });
}
