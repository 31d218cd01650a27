/** What a command line runs in the end, behind the runners that users put in front of it. */
export interface RunCommand {
  /** File name of the program without folder and `.exe`; empty where a package or image is run. */
  readonly program: string;
  /** Package of npm or PyPI that a runner fetches, or that the program's path lies in. */
  readonly package: string | null;
  /** What was asked for after `@` or `==`; null for none or `latest`. */
  readonly packageVersion: string | null;
  /** Container image without tag and digest. */
  readonly image: string | null;
  readonly args: readonly string[];
  /** Variables that the command line itself sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders and files of this machine by their path in the container. */
  readonly mounts: ReadonlyMap<string, string>;
  /** `docker run -p` without an address: published on all interfaces. */
  readonly published: string | null;
}

/** Runners of packages: words that lead in, and flags of theirs that take a value. */
const RUNNERS: readonly { words: readonly string[]; values: readonly string[]; packageFlags: readonly string[] }[] = [
  { words: ['npx'], values: ['-c', '--call', '--registry', '--cache'], packageFlags: ['-p', '--package'] },
  { words: ['npm', 'exec'], values: [], packageFlags: ['-p', '--package'] },
  { words: ['pnpm', 'dlx'], values: [], packageFlags: ['--package'] },
  { words: ['pnpx'], values: [], packageFlags: [] },
  { words: ['yarn', 'dlx'], values: [], packageFlags: ['-p', '--package'] },
  { words: ['bunx'], values: [], packageFlags: ['-p', '--package'] },
  { words: ['bun', 'x'], values: [], packageFlags: [] },
  { words: ['uvx'], values: ['--python', '-p', '--with', '--index-url'], packageFlags: ['--from'] },
  { words: ['uv', 'tool', 'run'], values: ['--python', '-p', '--with', '--index-url'], packageFlags: ['--from'] },
  { words: ['pipx', 'run'], values: ['--python'], packageFlags: ['--spec'] },
];

/** Flags of `docker run` without a value; all others take one. */
const DOCKER_SWITCHES =
  /^(--rm|--init|--interactive|--tty|--detach|--privileged|--read-only|--no-healthcheck|--publish-all|--quiet|--sig-proxy|-[itdPq]+)$/;

/** Looks behind `cmd /c`, `env`, package runners and `docker run`. Pure. */
export function runCommand(command: string, args: readonly string[]): RunCommand {
  const program = programName(command);
  const words = [program, ...args];
  if (program === 'cmd' && /^\/[ck]$/i.test(args[0] ?? '')) return runCommand(args[1] ?? '', args.slice(2));
  if (program === 'env') return behindEnv(args);
  if (['docker', 'podman', 'nerdctl'].includes(program)) return inContainer(program, args);
  const runner = RUNNERS.find((one) => one.words.every((word, index) => words[index] === word));
  if (runner) return behindRunner(runner, words.slice(runner.words.length));
  const script = ['node', 'bun', 'deno'].includes(program) ? args.find((arg) => !arg.startsWith('-')) : command;
  const installed =
    /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(script ?? '')?.[1]?.replace('\\', '/') ?? null;
  const rest = script === command ? args : args.slice(args.indexOf(script ?? '') + 1);
  return { ...plain(program), package: installed === '.bin' ? null : installed, args: installed ? rest : args };
}

/** File name without folder and Windows's endings. */
export function programName(command: string): string {
  return (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|cmd|bat|ps1)$/i, '');
}

function plain(program: string): RunCommand {
  return {
    program,
    package: null,
    packageVersion: null,
    image: null,
    args: [],
    env: {},
    mounts: new Map(),
    published: null,
  };
}

function behindEnv(args: readonly string[]): RunCommand {
  const env: Record<string, string> = {};
  let index = 0;
  for (; index < args.length; index++) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(args[index] ?? '') ?? [];
    if (name !== undefined) env[name] = value;
    else if (args[index] !== '-S' && args[index] !== '-i') break;
  }
  const inner = runCommand(args[index] ?? '', args.slice(index + 1));
  return { ...inner, env: { ...env, ...inner.env } };
}

function behindRunner(
  runner: { readonly values: readonly string[]; readonly packageFlags: readonly string[] },
  args: readonly string[],
): RunCommand {
  let named: string | null = null;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const [flag = '', joined] = arg.split(/=(.*)/s);
    if (runner.packageFlags.includes(flag)) named = joined ?? args[++index] ?? null;
    else if (runner.values.includes(flag)) index += joined === undefined ? 1 : 0;
    else if (!arg.startsWith('-')) return { ...ofPackage(named ?? arg), args: args.slice(index + 1) };
  }
  return { ...ofPackage(named ?? ''), args: [] };
}

function ofPackage(spec: string): RunCommand {
  const [, name = spec, version] = /^(@?[^@=<>~!\s]+)(?:@|==)(.+)$/.exec(spec) ?? [];
  return {
    ...plain(''),
    package: name,
    packageVersion: version === undefined || version === 'latest' ? null : version,
  };
}

function inContainer(program: string, args: readonly string[]): RunCommand {
  const at = args.indexOf('run');
  if (at === -1) return { ...plain(program), args };
  const env: Record<string, string> = {};
  const mounts = new Map<string, string>();
  let published: string | null = null;
  let index = at + 1;
  for (; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-')) break;
    if (DOCKER_SWITCHES.test(arg)) continue;
    const [flag = '', joined] = arg.split(/=(.*)/s);
    const value = joined ?? args[++index] ?? '';
    if (flag === '-e' || flag === '--env') {
      const [name = '', given] = value.split(/=(.*)/s);
      if (given !== undefined) env[name] = given;
    } else if (flag === '-v' || flag === '--volume') addVolume(mounts, value);
    else if (flag === '--mount') addMount(mounts, value);
    else if ((flag === '-p' || flag === '--publish') && /^(0\.0\.0\.0:|\[::\]:)?\d+(:\d+)?(\/\w+)?$/.test(value)) {
      published = value;
    } else if ((flag === '--network' || flag === '--net') && value === 'host') continue;
  }
  const image = (args[index] ?? '').replace(/@sha256:.*$/, '').replace(/:[^:/]+$/, '');
  return { ...plain(''), image, args: args.slice(index + 1), env, mounts, published };
}

function addVolume(mounts: Map<string, string>, value: string): void {
  const [, from, to] = /^([A-Za-z]:[\\/][^:]*|[^:]+):([^:]+)/.exec(value) ?? [];
  if (from !== undefined && to !== undefined) mounts.set(to, from);
}

function addMount(mounts: Map<string, string>, value: string): void {
  const parts = new Map(value.split(',').map((part) => part.split('=') as [string, string]));
  const from = parts.get('source') ?? parts.get('src');
  const to = parts.get('target') ?? parts.get('destination') ?? parts.get('dst');
  if (from !== undefined && to !== undefined) mounts.set(to, from);
}

/** The path on this machine of one in the container; unchanged where no mount holds it. */
export function hostPath(path: string, mounts: ReadonlyMap<string, string>): string {
  for (const [inside, outside] of mounts) {
    if (path === inside) return outside;
    if (path.startsWith(`${inside}/`)) return outside + path.slice(inside.length);
  }
  return path;
}
