import { type Command, Option } from 'commander';
import type { CallInput } from '../../../contract/calls.ts';
import { BerthError, exitCodeOf } from '../../../contract/errors.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import { guardLevels } from '../../../contract/model/guard-levels.ts';
import { type Server, type Transport, transportSchema } from '../../../contract/model/server.ts';
import { type Sharing, sharingSchema } from '../../../contract/model/sharing.ts';
import { type Limits, type LimitsPatch, limitsSchema } from '../../../contract/model/usage.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, collect, formatOf, withOutput } from '../command-kit.ts';
import { type LimitOptions, limitsPatch, withLimitFlags } from '../limit-flags.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';
import { parseDuration } from '../time-text.ts';
import { optionValues } from '../typed-values.ts';
import { serversTable, serverText } from '../views/servers-table.ts';
import { presetOf } from './presets.ts';

const guardOption = () =>
  new Option('--guard <level>', 'what may pass its endpoint: full, ask or read-only').choices(guardLevels);

const sharingOption = (...more: string[]) =>
  new Option(
    '--sharing <how>',
    'which clients share its process: shared (all), by-client (all but those that it may ask something), dedicated (none)',
  ).choices([...sharingSchema.options, ...more]);

interface AddOptions extends LimitOptions {
  output?: string;
  name?: string;
  context?: string;
  namespace?: string;
  transport?: Transport;
  set?: string[];
  guard?: GuardLevel;
  sharing?: Sharing;
  start?: boolean;
  wait: string;
}

/** servers, add, set, remove, start, stop, restart. */
export function addServerCommands(program: Command, kit: CommandKit): void {
  const { io } = kit;
  withOutput(program.command('servers [slug]'))
    .description('list the docked servers, or show one')
    .action(async (slug: string | undefined, options: { output?: string }) => {
      if (slug === undefined) {
        const servers = await withBerth(io, (berth) => berth.call('servers.list'));
        return print(io, formatOf(options), servers, (all, look) =>
          all.length === 0 ? 'No server is docked. See `berth presets` and `berth add`.' : serversTable(all, look),
        );
      }
      const server = await withBerth(io, (berth) => berth.call('servers.get', { slug }));
      await print(io, formatOf(options), server, serverText);
    });

  withLimitFlags(withOutput(program.command('add <preset>')))
    .description('dock a server')
    .option('--name <slug>', 'its name, part of its endpoint')
    .option(
      '--context <context>',
      'a context, "active" to follow the active one, or "none" (default: what the preset needs)',
    )
    .option('--namespace <namespace>', 'namespace to work in by default')
    .addOption(new Option('--transport <kind>', 'how Berth talks to it').choices(transportSchema.options))
    .option('--set <option=value>', 'an option of the preset; may be repeated', collect)
    .addOption(guardOption().default('read-only'))
    .addOption(sharingOption())
    .option('--start', 'start it and wait until it is ready', false)
    .option('--wait <time>', 'how long to wait with --start', '60s')
    .action(async (id: string, options: AddOptions) => {
      const waitMs = parseDuration(options.wait);
      const server = await withBerth(io, async (berth) => {
        const preset = presetOf(await berth.call('presets.list'), id);
        const added = await berth.call('servers.add', addInput(id, options, preset.options));
        return options.start ? startAdded(berth, added, waitMs) : added;
      });
      await print(io, formatOf(options), server, (one, look) => serversTable([one], look));
      for (const warning of server.warnings) say(io, `Note: ${warning}`);
      if (options.start) report(kit, [server], 'ready');
    });

  withLimitFlags(withOutput(program.command('set <slug> [assignments...]')))
    .description('change a docked server: OPTION=VALUE…')
    .addOption(guardOption())
    .addOption(sharingOption('preset'))
    .option('--context <context>', 'a context, "active" or "none"')
    .option('--namespace <namespace>', 'namespace to work in by default; "" removes it')
    .option('--unset <option>', 'put an option back to its default; may be repeated', collect)
    .option('--tool-off <tool>', 'never list or let through this tool; may be repeated', collect)
    .option('--tool-on <tool>', 'undo --tool-off; may be repeated', collect)
    .action(async (slug: string, assignments: string[], options: SetOptions) => {
      const server = await withBerth(io, async (berth) => {
        const { preset } = await berth.call('servers.get', { slug });
        const known = presetOf(await berth.call('presets.list'), preset);
        return berth.call('servers.update', updateInput(slug, assignments, options, known));
      });
      await print(io, formatOf(options), server, serverText);
    });

  withOutput(program.command('remove <slug>'))
    .description('stop a server and undock it')
    .action(async (slug: string, options: { output?: string }) => {
      const clients = await withBerth(io, async (berth) => {
        await berth.call('servers.remove', { slug });
        return berth.call('clients.list');
      });
      await print(io, formatOf(options), { slug, removed: true }, () => '');
      say(io, `${slug} was removed.`);
      for (const { id, title, entries } of clients) {
        if (!entries.some((entry) => entry.slug === slug)) continue;
        say(io, `${title} still has its entry; take it out with \`berth uninstall ${id} ${slug}\`.`);
      }
    });

  addChange(program, kit, 'start', 'ready', 'start servers and wait until they are ready');
  addChange(program, kit, 'stop', 'stopped', 'stop servers and wait until they have ended');
  addChange(program, kit, 'restart', 'ready', 'restart servers and wait until they are ready');
}

function addInput(
  preset: string,
  options: AddOptions,
  known: Parameters<typeof optionValues>[1],
): CallInput<'servers.add'> {
  const { name, context, namespace, transport, guard, sharing, set = [] } = options;
  const limits = withoutNulls(limitsPatch(options));
  return {
    preset,
    options: optionValues(set, known, preset),
    start: false,
    ...(name === undefined ? {} : { slug: name }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(transport === undefined ? {} : { transport }),
    ...(guard === undefined ? {} : { guard }),
    ...(sharing === undefined ? {} : { sharing }),
    ...(limits === undefined ? {} : { limits }),
  };
}

/** A server that is docked has no limit to lift. */
function withoutNulls(patch: LimitsPatch | undefined): Limits | undefined {
  if (patch === undefined) return undefined;
  return limitsSchema.parse(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null)));
}

async function startAdded(berth: RpcClient, added: Server, waitMs: number): Promise<Server> {
  const [started] = await berth.call('servers.start', { slugs: [added.slug], waitMs });
  return started ?? added;
}

interface SetOptions extends LimitOptions {
  output?: string;
  guard?: GuardLevel;
  sharing?: Sharing | 'preset';
  context?: string;
  namespace?: string;
  unset?: string[];
  toolOff?: string[];
  toolOn?: string[];
}

function updateInput(
  slug: string,
  assignments: readonly string[],
  { guard, sharing, context, namespace, unset = [], toolOff = [], toolOn = [], ...flags }: SetOptions,
  preset: Parameters<typeof presetOf>[0][number],
): CallInput<'servers.update'> {
  const limits = limitsPatch(flags);
  const options = {
    ...optionValues(assignments, preset.options, preset.id),
    ...Object.fromEntries(unset.map((name) => [name, null])),
  };
  const tools = Object.fromEntries([...toolOff.map((name) => [name, false]), ...toolOn.map((name) => [name, true])]);
  const changes = {
    ...(Object.keys(tools).length === 0 ? {} : { tools }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(guard === undefined ? {} : { guard }),
    ...(sharing === undefined ? {} : { sharing: sharing === 'preset' ? null : sharing }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace: namespace === '' ? null : namespace }),
    ...(limits === undefined ? {} : { limits }),
  };
  if (Object.keys(changes).length > 0) return { slug, ...changes };
  throw new BerthError('invalid-argument', 'Nothing to change was named.', {
    hint: 'Give OPTION=VALUE, --guard, --sharing, --context, --namespace, --memory-limit, --cpu-limit, --calls-per-minute, --calls-at-once, --call-timeout, --tool-off, --tool-on or --unset.',
  });
}

function addChange(
  program: Command,
  kit: CommandKit,
  verb: 'start' | 'stop' | 'restart',
  goal: 'ready' | 'stopped',
  description: string,
): void {
  const { io } = kit;
  withOutput(program.command(`${verb} [slugs...]`))
    .description(description)
    .option('--all', 'all docked servers', false)
    .option('--wait <time>', 'how long to wait; 0 returns at once', '60s')
    .action(async (slugs: string[], options: { output?: string; all: boolean; wait: string }) => {
      if (slugs.length === 0 && !options.all) {
        throw new BerthError('invalid-argument', 'No server was named.', { hint: 'Name one or more, or use --all.' });
      }
      const waitMs = parseDuration(options.wait);
      const servers = await withBerth(io, (berth) =>
        berth.call(`servers.${verb}`, { slugs, all: options.all, waitMs }),
      );
      await print(io, formatOf(options), servers, (all, look) => (all.length === 0 ? '' : serversTable(all, look)));
      if (waitMs > 0) report(kit, servers, goal);
    });
}

/** Says on stderr what did not reach its goal and sets the exit code: failed 1, not yet 7; `degraded` is a warning only (D28). */
function report({ io, exit }: CommandKit, servers: readonly Server[], goal: 'ready' | 'stopped'): void {
  for (const server of servers) {
    if (server.state === goal) continue;
    if (goal === 'ready' && server.state === 'degraded') {
      say(io, `Warning: ${server.slug} runs, but ${server.error?.message ?? 'its cluster cannot be reached.'}`);
    } else if (server.state === 'failed' || (goal === 'ready' && server.state === 'stopped')) {
      exit(server.error ? exitCodeOf(server.error.code) : 1);
    } else {
      say(io, `${server.slug} is still ${server.state}.`);
      exit(exitCodeOf('timed-out'));
    }
  }
}
