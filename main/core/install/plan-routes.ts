import { BerthError } from '../../../contract/errors.ts';
import type { InstallRoute } from '../../../contract/model/install.ts';
import type { PresetDefinition, ProgramDefinition } from '../presets/preset-schema.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { loadNpmConfig } from './npm-config.ts';
import { type PlanFacts, planRoute, type RoutePlan, toolsOfRoutes } from './plan-route.ts';

/** The ways to install one preset's program on this machine, and what they were planned from. */
export interface PlannedRoutes {
  readonly preset: PresetDefinition;
  readonly program: ProgramDefinition;
  readonly facts: PlanFacts;
  readonly routes: readonly RoutePlan[];
}

/** Where Berth's programs are, and the login shell's environment. */
type Machine = Pick<PlanFacts, 'programsFolder' | 'platform' | 'arch'> & {
  readonly env: Readonly<Record<string, string>>;
};

/** Looks at what this machine has and plans every way of a preset. Runs and downloads nothing. Rejects with `unsupported` when there is none. */
export async function planRoutes(preset: PresetDefinition, machine: Machine): Promise<PlannedRoutes> {
  const { program } = preset;
  if (!program || program.routes.length === 0) {
    throw new BerthError('unsupported', `Berth does not know how to install ${preset.title}.`, {
      ...(program ? { hint: program.install } : {}),
    });
  }
  const facts = await factsOf(machine);
  return { preset, program, facts, routes: program.routes.map((route) => planRoute(preset, program, route, facts)) };
}

async function factsOf({ programsFolder, platform, arch, env }: Machine): Promise<PlanFacts> {
  const npm = await loadNpmConfig(env, platform).catch((problem: unknown) => ({ problem }));
  const found = await Promise.all(
    toolsOfRoutes.map(async (name) => [name, await findExecutable(name, env, platform)] as const),
  );
  return { programsFolder, platform, arch, npm, found: Object.fromEntries(found) };
}

/**
 * The way that was asked for, or the first that can be used. Throws `invalid-argument` for one that the preset does not have, and
 * `unsupported`, with the remedy, for one that cannot be used here.
 */
export function chooseRoute(
  preset: PresetDefinition,
  routes: readonly RoutePlan[],
  wanted: InstallRoute | undefined,
): RoutePlan {
  const known = [...new Set(routes.map(({ shown }) => shown.route))].join(', ');
  const plan =
    wanted === undefined
      ? (routes.find(({ shown }) => shown.unavailable === null) ?? routes[0])
      : routes.find(({ shown }) => shown.route === wanted);
  if (!plan) {
    throw new BerthError('invalid-argument', `${preset.title} cannot be installed by ${wanted}.`, {
      hint: `Ways: ${known}.`,
    });
  }
  const { unavailable } = plan.shown;
  if (!unavailable) return plan;
  throw new BerthError(
    'unsupported',
    `${preset.title} cannot be installed by ${plan.shown.route}: ${unavailable.reason}`,
    {
      hint: unavailable.remedy,
    },
  );
}
