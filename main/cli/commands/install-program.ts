import { type Command, Option } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import {
  type InstallEvent,
  type InstallPlan,
  type InstallRoute,
  installRouteSchema,
  type PlannedRoute,
  proposedRoute,
} from '../../../contract/model/install.ts';
import { answer, type CliIo, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { confirm } from '../prompt.ts';
import { follow, interrupted, withBerthOr } from '../session.ts';
import { facts } from '../table.ts';

interface InstallFlags {
  output?: string;
  route?: InstallRoute;
  yes: boolean;
  plan: boolean;
}

/** What installs and removes, in the running Berth or without one. */
interface Programs {
  plan(preset: string): Promise<InstallPlan>;
  install(preset: string, route: InstallRoute, onEvent: (event: InstallEvent) => void): Promise<void>;
  uninstall(preset: string): Promise<void>;
}

/** `berth presets install` and `berth presets uninstall`: programs of servers in Berth's own folder. */
export function addInstallProgramCommands(presets: Command, { io }: CommandKit): void {
  withOutput(presets.command('install <preset>'))
    .description("install a server's program into Berth's own folder, after showing what would be done")
    .addOption(new Option('--route <route>', 'how to install it').choices(installRouteSchema.options))
    .option('-y, --yes', 'do not ask', false)
    .option('--plan', 'only show what would be done', false)
    .action(async (preset: string, flags: InstallFlags) => {
      const format = formatOf(flags);
      await withPrograms(io, async (programs) => {
        const plan = await programs.plan(preset);
        if (flags.plan) return print(io, format, plan, planText);
        const route = routeOf(plan, flags.route);
        say(io, routeText(route));
        if (!flags.yes && !(await confirm(io, 'Install it? [y/N] '))) {
          throw new BerthError('cancelled', 'Nothing was installed.');
        }
        const done = await installShowing(io, programs, preset, route.route);
        if (format === 'table' || format === 'wide') answer(io, `${preset}: ${done.path} ${done.version ?? ''}`.trim());
        else await print(io, format, { path: done.path, version: done.version }, () => '');
      });
    });
  withOutput(presets.command('uninstall <preset>'))
    .description("remove a server's program that Berth installed")
    .action(async (preset: string, flags: { output?: string }) => {
      const format = formatOf(flags);
      await withPrograms(io, (programs) => programs.uninstall(preset));
      await print(io, format, { preset }, () => `What Berth had installed of ${preset} was removed.`);
    });
}

/** The route that was asked for, or the proposal. Throws with the remedies when none can be used. */
function routeOf(plan: InstallPlan, wanted: InstallRoute | undefined): PlannedRoute {
  const candidates = wanted === undefined ? plan.routes : plan.routes.filter(({ route }) => route === wanted);
  const route = proposedRoute({ ...plan, routes: candidates });
  if (route) return route;
  if (candidates.length === 0) {
    const ways = plan.routes.map((each) => each.route).join(', ');
    throw new BerthError('invalid-argument', `${plan.preset} cannot be installed by ${wanted}.`, {
      hint: `Ways: ${ways}.`,
    });
  }
  const reasons = candidates.map((each) => `${each.route}: ${each.unavailable?.reason} ${each.unavailable?.remedy}`);
  throw new BerthError('unsupported', `${plan.preset} cannot be installed on this machine yet.`, {
    hint: reasons.join('\n'),
  });
}

async function installShowing(
  io: CliIo,
  programs: Programs,
  preset: string,
  route: InstallRoute,
): Promise<Extract<InstallEvent, { type: 'done' }>> {
  const progress = progressLine(io);
  let done: Extract<InstallEvent, { type: 'done' }> | null = null;
  try {
    await programs.install(preset, route, (event) => {
      if (event.type === 'step') progress.say(`${event.title}…`);
      else if (event.type === 'line') progress.say(`  ${event.text}`);
      else if (event.type === 'bytes') progress.bytes(event.done, event.total);
      else done = event;
    });
  } finally {
    progress.end();
  }
  if (done) return done;
  throw new BerthError('internal', 'The installation ended without a word.');
}

/** Bytes in one line that is written over, on a terminal only; everything goes to stderr. */
function progressLine(io: CliIo) {
  const { stderr } = io;
  let open = false;
  const end = () => {
    if (open) stderr.write('\n');
    open = false;
  };
  return {
    end,
    say(text: string) {
      end();
      say(io, text);
    },
    bytes(done: number, total: number | null) {
      if (stderr.isTTY !== true) return;
      const of = total === null ? '' : ` of ${megabytes(total)} (${Math.floor((done / Math.max(total, 1)) * 100)} %)`;
      stderr.write(`\r\u001b[K  ${megabytes(done)}${of}`);
      open = true;
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function planText(plan: InstallPlan): string {
  return plan.routes.map(routeText).join('\n\n');
}

function routeText(route: PlannedRoute): string {
  const pairs: [string, string][] = [
    ['Way', route.route],
    ['Does', route.title],
  ];
  if (route.url !== null) pairs.push(['From', route.url]);
  if (route.commandLine !== null) pairs.push(['Command', route.commandLine]);
  pairs.push(['Into', route.folder]);
  for (const note of route.notes) pairs.push(['Note', note]);
  if (route.unavailable) pairs.push(['Not here', `${route.unavailable.reason} ${route.unavailable.remedy}`]);
  return facts(pairs);
}

async function withPrograms(io: CliIo, use: (programs: Programs) => Promise<void>): Promise<void> {
  await withBerthOr(
    io,
    (berth) =>
      use({
        plan: (preset) => berth.call('presets.plan', { preset }),
        install: (preset, route, onEvent) => follow(berth, 'presets.install', { preset, route }, onEvent),
        uninstall: async (preset) => {
          await berth.call('presets.uninstall', { preset });
        },
      }),
    async () => {
      const { installerOffline } = await import('../offline/presets.ts');
      const installer = await installerOffline(io.env, io.platform);
      await use({
        plan: (preset) => installer.plan(preset),
        install: async (preset, route, onEvent) => {
          await installer.install(preset, route, onEvent, io.interrupted);
        },
        uninstall: (preset) => installer.uninstall(preset),
      });
      if (io.interrupted.aborted) throw interrupted();
    },
  );
}
