import { dirname, join } from 'node:path';
import { toErrorInfo } from '../../../contract/errors.ts';
import type { PlannedRoute } from '../../../contract/model/install.ts';
import { forPlatform } from '../presets/find-program.ts';
import type { PresetDefinition, ProgramDefinition, RouteDefinition } from '../presets/preset-schema.ts';
import { type NpmConfig, shownProxy } from './npm-config.ts';
import { metadataUrl } from './registry.ts';

/** What a plan depends on. The same facts give the same plan. */
export interface PlanFacts {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Berth's folder of programs. */
  readonly programsFolder: string;
  /** Programs that the login shell finds, by name; absolute paths. */
  readonly found: Readonly<Record<string, string | null>>;
  /** npm's configuration, or why it cannot be used. */
  readonly npm: NpmConfig | { readonly problem: unknown };
}

/** Programs that any of the routes needs. */
export const toolsOfRoutes = ['npm', 'node', 'kubectl-krew', 'git', 'go'] as const;

/** A download that Berth does itself. */
export interface DownloadWork {
  readonly kind: 'download';
  readonly packageName: string;
  readonly version: string;
  /** sha512 that the preset itself names; null when only the registry vouches for it. */
  readonly sha512: string | null;
  /** The program, relative to the package. */
  readonly file: string;
}

/** A command that puts the program somewhere below the work folder. */
export interface CommandWork {
  readonly kind: 'command';
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the program is afterwards, relative to the work folder; links are followed. */
  readonly file: string;
  /** Its package of npm, relative to the work folder; null when it is none. */
  readonly packageFolder: string | null;
  /** What only the command needed: removed before the program gets its place. */
  readonly leftovers: readonly string[];
}

/** A route as it is shown and as it is done. */
export interface RoutePlan {
  readonly shown: PlannedRoute;
  readonly work: DownloadWork | CommandWork;
}

/** Folder in which an installation is prepared; there is one at a time for each preset. */
export function workFolder(programsFolder: string, preset: string): string {
  return join(programsFolder, '.work', preset);
}

/** Plans one way to install a preset's program. Does nothing. */
export function planRoute(
  preset: PresetDefinition,
  program: ProgramDefinition,
  route: RouteDefinition,
  facts: PlanFacts,
): RoutePlan {
  const work = workFolder(facts.programsFolder, preset.id);
  switch (route.route) {
    case 'npm':
      return program.npm?.runtime === 'node'
        ? planTree(preset, program.npm.package, program.npm.file, route.version, work, facts)
        : planDownload(preset, program, route, facts);
    case 'krew':
      return planKrew(preset, program, route.plugin, work, facts);
    case 'go':
      return planGo(preset, route, work, facts);
  }
}

function planDownload(
  preset: PresetDefinition,
  { npm }: ProgramDefinition,
  route: Extract<RouteDefinition, { route: 'npm' }>,
  facts: PlanFacts,
): RoutePlan {
  const name = forPlatform(npm?.platformPackage ?? npm?.package ?? '', facts);
  const pinned = route.integrity[forPlatform('{goos}-{goarch}', facts)];
  const config = 'problem' in facts.npm ? null : facts.npm;
  let url: URL | null = null;
  let problem: unknown = 'problem' in facts.npm ? facts.npm.problem : null;
  try {
    url = config && metadataUrl(config, name);
  } catch (error) {
    problem = error;
  }
  const info = problem === null ? null : toErrorInfo(problem);
  return {
    shown: {
      route: 'npm',
      title: `Download ${name} ${route.version} from ${url?.host ?? 'your registry'} and check its sha512`,
      version: route.version,
      url: url && `${url.origin}${url.pathname}`,
      command: null,
      env: {},
      commandLine: null,
      folder: versionFolder(facts, preset.id, route.version),
      notes: config === null ? [] : notesOf(config, url, pinned !== undefined),
      unavailable: info && { reason: info.message, remedy: info.hint ?? 'Correct your npm configuration.' },
    },
    work: {
      kind: 'download',
      packageName: name,
      version: route.version,
      sha512: pinned?.slice('sha512-'.length) ?? null,
      file: forPlatform(npm?.file ?? '', facts),
    },
  };
}

function notesOf(config: NpmConfig, url: URL | null, pinned: boolean): string[] {
  const proxy = url && shownProxy(config, url);
  return [
    ...(pinned ? ['The sha512 is known to Berth: nothing else is taken.'] : []),
    ...(proxy ? [`Through the proxy ${proxy}.`] : []),
    ...(url && config.authorizationFor(url) !== null
      ? [`With your login at ${url.host} from your npm configuration.`]
      : []),
    ...(url?.protocol === 'http:' ? ['The registry is asked without TLS.'] : []),
    ...(config.strictTls ? [] : ['Certificates are not checked, since your npm configuration says strict-ssl=false.']),
  ];
}

/** npm itself, for a package that needs others: into the work folder, without scripts, with a cache of its own. */
function planTree(
  preset: PresetDefinition,
  packageName: string,
  file: string,
  version: string,
  work: string,
  facts: PlanFacts,
): RoutePlan {
  const { npm, node } = facts.found;
  const args = [
    'install',
    '--prefix',
    work,
    '--global=false',
    '--ignore-scripts',
    '--omit=dev',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(work, 'npm-cache'),
    `${packageName}@${version}`,
  ];
  // Windows runs no batch files without a shell, so npm's script is given to Node there.
  const start =
    facts.platform === 'win32' && npm && node
      ? [node, join(dirname(npm), 'node_modules', 'npm', 'bin', 'npm-cli.js')]
      : [npm ?? 'npm'];
  const packageFolder = join('node_modules', packageName);
  return commandPlan(preset, facts, {
    route: 'npm',
    version,
    title: `Let npm install ${packageName} ${version} with what it needs into Berth's folder`,
    command: [...start, ...args],
    env: {},
    file: join(packageFolder, file),
    packageFolder,
    leftovers: ['npm-cache'],
    missing:
      npm && node
        ? null
        : { what: npm ? 'node' : 'npm', remedy: 'Install Node.js (https://nodejs.org), which brings npm.' },
  });
}

function planKrew(
  preset: PresetDefinition,
  program: ProgramDefinition,
  plugin: string,
  work: string,
  facts: PlanFacts,
): RoutePlan {
  const krew = facts.found['kubectl-krew'];
  const root = join(work, 'krew');
  const name = program.names[0] ?? `kubectl-${plugin}`;
  return commandPlan(preset, facts, {
    route: 'krew',
    version: null,
    title: `Let krew install its plugin ${plugin} into Berth's folder`,
    command: [krew ?? 'kubectl-krew', 'install', plugin],
    env: { KREW_ROOT: root },
    file: join('krew', 'bin', facts.platform === 'win32' ? `${name}.exe` : name),
    packageFolder: null,
    leftovers: [join('krew', 'index'), join('krew', 'bin'), join('krew', 'receipts')],
    missing:
      krew && facts.found['git']
        ? null
        : krew
          ? { what: 'git', remedy: 'Install git, which krew needs.' }
          : { what: 'krew', remedy: 'Install krew (https://krew.sigs.k8s.io), or use another way.' },
  });
}

function planGo(
  preset: PresetDefinition,
  route: Extract<RouteDefinition, { route: 'go' }>,
  work: string,
  facts: PlanFacts,
): RoutePlan {
  const { go } = facts.found;
  const path = join(work, 'go');
  return commandPlan(preset, facts, {
    route: 'go',
    version: route.version,
    title: `Let Go build ${route.package} ${route.version} into Berth's folder`,
    // Modules that can be written can be removed again.
    command: [go ?? 'go', 'install', '-modcacherw', `${route.package}@v${route.version}`],
    env: {
      GOBIN: join(work, 'bin'),
      GOPATH: path,
      GOMODCACHE: join(path, 'pkg', 'mod'),
      GOCACHE: join(work, 'go-build'),
      // Go refuses GOBIN when it builds for another machine.
      GOOS: '',
      GOARCH: '',
    },
    file: join('bin', facts.platform === 'win32' ? `${route.binary}.exe` : route.binary),
    packageFolder: null,
    leftovers: ['go', 'go-build'],
    missing: go ? null : { what: 'go', remedy: 'Install Go (https://go.dev/dl), or use another way.' },
  });
}

interface CommandRoute {
  readonly route: PlannedRoute['route'];
  readonly version: string | null;
  readonly title: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly file: string;
  readonly packageFolder: string | null;
  readonly leftovers: readonly string[];
  readonly missing: { readonly what: string; readonly remedy: string } | null;
}

function commandPlan(preset: PresetDefinition, facts: PlanFacts, route: CommandRoute): RoutePlan {
  const [command = '', ...args] = route.command;
  return {
    shown: {
      route: route.route,
      title: route.title,
      version: route.version,
      url: null,
      command: [...route.command],
      env: { ...route.env },
      commandLine: shellLine(route.command, route.env),
      folder: versionFolder(facts, preset.id, route.version ?? 'VERSION'),
      notes: [],
      unavailable: route.missing && {
        reason: `${route.missing.what} was not found on your PATH.`,
        remedy: route.missing.remedy,
      },
    },
    work: {
      kind: 'command',
      command,
      args,
      env: route.env,
      file: route.file,
      packageFolder: route.packageFolder,
      leftovers: route.leftovers,
    },
  };
}

function versionFolder({ programsFolder }: PlanFacts, preset: string, version: string): string {
  return join(programsFolder, preset, version);
}

/** The command as one would type it in a POSIX shell. */
export function shellLine(command: readonly string[], env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...variables, ...command.map(quoted)].join(' ');
}

function quoted(text: string): string {
  if (text === '') return "''";
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
