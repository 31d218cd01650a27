import { type Command, Option } from 'commander';
import type { Client, ClientChange, ClientRoute, ClientVia, WhenRunning } from '../../../contract/model/client.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerth } from '../session.ts';
import type { Paint } from '../style.ts';
import { table } from '../table.ts';
import { ago } from '../time-text.ts';
import { type HandOverOptions, openBundles, openLinks } from './hand-over.ts';

/** clients, install, uninstall: what stands in the config files of AI applications. */
export function addClientCommands(program: Command, { io }: CommandKit): void {
  withOutput(program.command('clients'))
    .description('list AI clients and what is installed in them')
    .action(async (options: { output?: string }) => {
      const clients = await withBerth(io, (berth) => berth.call('clients.list'));
      await print(io, formatOf(options), clients, clientsText);
    });

  withOutput(program.command('install <client> <slugs...>'))
    .description('bring the endpoints of servers, or the one of "all", into a client')
    .addOption(new Option('--route <route>', 'how to get it there').choices(routes))
    .addOption(new Option('--via <way>', 'by URL with a token, or over the bridge, which needs none').choices(ways))
    .addOption(new Option('--when-running <what>', 'what to do about a client that runs').choices(whenRunning))
    .option('--dry-run', 'only show what would change', false)
    .option('--file <path>', 'of --route mcpb: where to write the bundle')
    .option('--no-open', 'of --route deeplink and mcpb: only print the link, or the path of the bundle')
    .action(async (client: string, slugs: string[], options: InstallOptions) => {
      await withBerth(io, async (berth) => {
        const { via, route, whenRunning } = options;
        const change = await berth.call('clients.preview', { client, slugs, action: 'install', via, route });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        if (change.route === 'deeplink') return await openLinks(io, berth, client, slugs, options);
        if (change.route === 'mcpb') return await openBundles(io, berth, client, slugs, options);
        const wanted = { client, slugs, via, route: change.route, baseHash: change.baseHash, whenRunning };
        const installed = await berth.call('clients.install', wanted);
        await print(io, formatOf(options), installed, (one, look) => clientsText([one], look));
        for (const note of [...change.notes, change.reload]) if (note !== '') say(io, note);
      });
    });

  withOutput(program.command('uninstall <client> [slugs...]'))
    .description('remove servers, or everything of Berth, from a client')
    .addOption(new Option('--route <route>', 'who takes it out').choices(['file', 'cli']))
    .addOption(new Option('--when-running <what>', 'what to do about a client that runs').choices(whenRunning))
    .option('--dry-run', 'only show what would change', false)
    .action(async (client: string, slugs: string[], options: ChangeOptions) => {
      await withBerth(io, async (berth) => {
        const { route, whenRunning } = options;
        const change = await berth.call('clients.preview', { client, slugs, action: 'uninstall', route });
        if (options.dryRun) return print(io, formatOf(options), change, changeText);
        const wanted = { client, slugs, route: change.route, baseHash: change.baseHash, whenRunning };
        const uninstalled = await berth.call('clients.uninstall', wanted);
        await print(io, formatOf(options), uninstalled, (one, look) => clientsText([one], look));
        if (change.noop) say(io, 'Nothing of Berth was in it.');
        else if (change.reload !== '') say(io, change.reload);
      });
    });
}

const routes: readonly ClientRoute[] = ['file', 'cli', 'deeplink', 'mcpb'];
const ways: readonly ClientVia[] = ['url', 'bridge'];
const whenRunning: readonly WhenRunning[] = ['queue', 'restart', 'write'];

interface ChangeOptions {
  output?: string;
  dryRun: boolean;
  route?: ClientRoute;
  whenRunning?: WhenRunning;
}

interface InstallOptions extends ChangeOptions, HandOverOptions {
  via?: ClientVia;
}

const clientsText: Render<readonly Client[]> = (clients, { wide, paint, now }) => {
  const lines = table(
    clients,
    [
      { head: 'ID', text: (client) => client.id },
      { head: 'STATE', text: (client) => client.state, paint: (text) => paint(toneOf(text), text) },
      { head: 'SERVERS', text: serversOf },
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

/** Each server once, with what is not as it should be. */
function serversOf({ entries, bundles }: Client): string {
  const written = entries.map(({ slug, state }) => (state === 'awaited' ? `${slug} (awaited)` : slug));
  return [...new Set([...written, ...bundles.map(({ slug }) => slug)])].join(',');
}

function toneOf(state: string): Parameters<Paint>[0] {
  if (state === 'installed') return 'good';
  return state === 'changed' || state === 'unreadable' ? 'warn' : 'dim';
}

const changeText: Render<ClientChange> = (change, { paint }) => {
  if (change.noop) return `Nothing would change in ${change.file}.`;
  if (change.steps.length > 0) return change.steps.join('\n');
  return change.diff
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return paint('good', line);
      return line.startsWith('-') ? paint('bad', line) : line;
    })
    .join('\n');
};
