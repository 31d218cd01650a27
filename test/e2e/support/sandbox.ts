import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, type ChildResult, run } from './child.ts';
import { freePort } from './free-port.ts';
import { eventually, processesOf, type RunningProcess } from './processes.ts';

const launcher = fileURLToPath(new URL('../../../bin/berth.mjs', import.meta.url));

/** What may come in from the machine that runs the tests: where programs are, and how to speak. Nothing about its user. */
const inherited = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'ComSpec', 'PATHEXT'];

export interface SandboxOptions {
  /** Set, or with `undefined` removed, on top of the sandbox's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names of variables that are taken over from this process, e.g. `DISPLAY`, `XAUTHORITY`, `DBUS_SESSION_BUS_ADDRESS`. */
  readonly inherit?: readonly string[];
  /** Text of the kubeconfig; absent: no such file, which is a machine without Kubernetes. */
  readonly kubeconfig?: string;
}

export interface CliOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

/** The first line of `berth serve -o json` (cli.md). */
export interface ReadyLine {
  readonly ready: true;
  readonly pid: number;
  /** Base URL of the endpoints. */
  readonly endpoint: string;
  /** URL of the window for a browser, with its one-time login. */
  readonly ui: string;
  readonly socket: string;
}

export interface ServeOptions {
  readonly args?: readonly string[];
  readonly port?: number;
  readonly timeoutMs?: number;
}

/** A running `berth serve`. */
export interface Serving {
  readonly ready: ReadyLine;
  readonly child: Child;
  readonly port: number;
  /** SIGTERM; resolves when it ended. */
  stop(): Promise<ChildResult>;
}

/**
 * A machine of its own for one test: empty HOME, XDG and APPDATA folders, BERTH_HOME, KUBECONFIG and temp folder, all under
 * `root`. `dispose()` stops what it started, fails when any process of the sandbox is left, and removes the folder.
 */
export class Sandbox {
  readonly root: string;
  readonly home: string;
  readonly berthHome: string;
  readonly kubeconfig: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #children: Child[] = [];

  constructor(options: SandboxOptions = {}) {
    // Short, because the path of a Unix socket may have 107 bytes only; real, because /tmp is a link on macOS.
    this.root = mkdtempSync(join(realpathSync(tmpdir()), 'bsb-'));
    const folder = (...names: string[]) => {
      const path = join(this.root, ...names);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    };
    this.home = folder('home');
    this.berthHome = join(this.root, 'berth');
    this.kubeconfig = join(this.home, '.kube', 'config');
    const environment: Record<string, string | undefined> = {
      ...pick(process.env, [...inherited, ...(options.inherit ?? [])]),
      HOME: this.home,
      USERPROFILE: this.home,
      USER: 'sandbox',
      SHELL: '/bin/sh',
      XDG_CONFIG_HOME: folder('home', '.config'),
      XDG_DATA_HOME: folder('home', '.local', 'share'),
      XDG_STATE_HOME: folder('home', '.local', 'state'),
      XDG_CACHE_HOME: folder('home', '.cache'),
      XDG_RUNTIME_DIR: folder('run'),
      APPDATA: folder('home', 'AppData', 'Roaming'),
      LOCALAPPDATA: folder('home', 'AppData', 'Local'),
      TMPDIR: folder('tmp'),
      TEMP: folder('tmp'),
      TMP: folder('tmp'),
      BERTH_HOME: this.berthHome,
      KUBECONFIG: this.kubeconfig,
      NO_COLOR: '1',
      ...options.env,
    };
    this.env = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => !!entry[1]));
    if (options.kubeconfig !== undefined) this.writeKubeconfig(options.kubeconfig);
  }

  writeKubeconfig(text: string, path: string = this.kubeconfig): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  }

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  /** Starts any program inside the sandbox; `dispose()` ends it. */
  start(command: string, args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): Child {
    const child = new Child(command, args, {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.home,
    });
    this.#children.push(child);
    return child;
  }

  /** Starts `berth serve -o json` on free ports and resolves with its ready line. */
  async serve(options: ServeOptions = {}): Promise<Serving> {
    const port = options.port ?? (await freePort());
    const args = ['serve', '-o', 'json', '--port', String(port), '--ui-port', String(await freePort())];
    const child = this.start(process.execPath, [launcher, ...args, ...(options.args ?? [])]);
    const ready = JSON.parse(await child.line(() => true, options.timeoutMs ?? 30_000)) as ReadyLine;
    if (ready.ready !== true) throw new Error(`the first line is not the ready line: ${child.stdout}`);
    return { ready, child, port, stop: () => child.stop() };
  }

  /** Runs `berth ARGS…` to its end, whatever its exit code is. */
  cli(...args: string[]): Promise<ChildResult> {
    return this.cliWith({}, ...args);
  }

  cliWith(options: CliOptions, ...args: string[]): Promise<ChildResult> {
    return run(process.execPath, [launcher, ...args], {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.home,
      timeoutMs: options.timeoutMs ?? 90_000,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }

  /** Runs `berth ARGS… -o json`, which must succeed, and answers what it printed. */
  async json<T>(...args: string[]): Promise<T> {
    const result = await this.cli(...args, '-o', 'json');
    if (result.code !== 0) {
      throw new Error(`berth ${args.join(' ')} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
    }
    return JSON.parse(result.stdout) as T;
  }

  /** What runs in the sandbox now. */
  processes(): RunningProcess[] {
    return processesOf(this.root);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#children.filter((child) => child.running).map((child) => child.stop()));
    // The kernel may need a moment between the end of a parent and the end of what it has just killed.
    const clean = await eventually(() => this.processes().length === 0, 3000);
    const left = clean ? [] : this.processes();
    for (const { pid } of left) killIfThere(pid);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    if (left.length > 0) {
      throw new Error(
        `left behind in ${this.root}:\n${left.map(({ pid, command }) => `  ${pid} ${command}`).join('\n')}`,
      );
    }
  }
}

/** Runs a test body in a sandbox that is disposed whatever happens; the body's own error comes first. */
export async function inSandbox<T>(options: SandboxOptions, body: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = new Sandbox(options);
  let result: T;
  try {
    result = await body(sandbox);
  } catch (error) {
    await sandbox.dispose().catch((after: Error) => console.error(after.message));
    throw error;
  }
  await sandbox.dispose();
  return result;
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
