import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { posix } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the user's terminal would have, and how that is known. */
export interface LoginEnvironmentResult {
  readonly env: Readonly<Record<string, string>>;
  /** The shell that was asked; null where none is (Windows). */
  readonly shell: string | null;
  /** Why `env` is only what Berth itself was started with; null when the shell answered. */
  readonly warning: ErrorInfo | null;
}

export interface LoginEnvironmentOptions {
  /** Berth's own environment. */
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  readonly timeoutMs?: number;
  /** The user started Berth in a terminal, so that what it was started with is what the user means; the shell only adds. */
  readonly startedInTerminal?: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** An environment is smaller than this; a shell that prints more has lost its way. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
/** Tells start-up files that this is no terminal of the user's, so that they can skip what is slow or asks something. */
const RESOLVING = 'BERTH_RESOLVING_ENVIRONMENT';
/** The shell's own, which say nothing about the user's environment. */
const shellInternals = new Set([RESOLVING, '_', 'SHLVL', 'PWD', 'OLDPWD']);

/**
 * The environment of the user's login shell: apps that were started from a desktop do not have it, and so miss the PATH in
 * which kubectl and credential plugins are. Asked once, however often `resolve` is called.
 */
export class LoginEnvironment {
  readonly #env: Environment;
  readonly #platform: NodeJS.Platform;
  readonly #timeoutMs: number;
  readonly #ownFirst: boolean;
  #result: Promise<LoginEnvironmentResult> | null = null;

  constructor(options: LoginEnvironmentOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#platform = options.platform ?? process.platform;
    this.#ownFirst = options.startedInTerminal ?? false;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Never rejects: what cannot be found out is in `warning`. Takes at most the time limit. */
  resolve(): Promise<LoginEnvironmentResult> {
    this.#result ??= this.#resolve();
    return this.#result;
  }

  async #resolve(): Promise<LoginEnvironmentResult> {
    const own = defined(this.#env);
    if (this.#platform === 'win32') return { env: own, shell: null, warning: null };
    const shell = this.#env['SHELL'] || accountShell() || '/bin/sh';
    try {
      const login = await askShell(shell, own, this.#timeoutMs);
      const env = this.#ownFirst ? mergeEnvironments(own, login) : mergeEnvironments(login, own);
      return { env, shell, warning: null };
    } catch (error) {
      return {
        env: own,
        shell,
        warning: {
          code: 'unsupported',
          message: `The environment of your shell ${shell} could not be read: ${(error as Error).message}.`,
          hint: `Programs in folders that only your shell knows may not be found. Check that \`${shell} -l -i -c true\` ends at once.`,
        },
      };
    }
  }
}

/** Both environments as one: where both have a variable, the stronger's counts; of PATH, all folders, the stronger's first. */
export function mergeEnvironments(
  stronger: Readonly<Record<string, string>>,
  weaker: Readonly<Record<string, string>>,
): Record<string, string> {
  const path = [...new Set([...folders(stronger['PATH']), ...folders(weaker['PATH'])])].join(':');
  return { ...weaker, ...stronger, ...(path === '' ? {} : { PATH: path }) };
}

/** How a shell is asked. All of them take `;` and external commands; csh takes `-l` only alone, nu has a word of its own for externals. */
export function shellCommand(shell: string, marker: string): string[] {
  const posixCommand = `printf %s ${marker}; /usr/bin/env -0; printf %s ${marker}`;
  switch (posix.basename(shell)) {
    case 'csh':
    case 'tcsh':
      return ['-i', '-c', posixCommand];
    case 'nu':
      return ['-l', '-c', `print -n ${marker}; ^/usr/bin/env -0; print -n ${marker}`];
    default:
      return ['-l', '-i', '-c', posixCommand];
  }
}

/** Reads what stands between the markers as NUL-separated variables; null without both markers. Nothing is evaluated. */
export function parseEnvironment(output: string, marker: string): Record<string, string> | null {
  const start = output.indexOf(marker);
  const end = output.lastIndexOf(marker);
  if (start < 0 || end === start) return null;
  const env: Record<string, string> = {};
  for (const line of output.slice(start + marker.length, end).split('\0')) {
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals));
    // Exported bash functions have names that no program reads.
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !shellInternals.has(name)) env[name] = line.slice(equals + 1);
  }
  return env;
}

function askShell(
  shell: string,
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const marker = `berth-${randomBytes(16).toString('hex')}`;
  return new Promise((resolve, reject) => {
    const child = spawn(shell, shellCommand(shell, marker), {
      env: { ...env, [RESOLVING]: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
      // A group to end as a whole, and no terminal at which an interactive shell would be stopped.
      detached: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (end: () => void) => {
      clearTimeout(timer);
      child.stdout.destroy();
      // What it does after its answer is its own business.
      child.unref();
      end();
    };
    const fail = (error: Error) =>
      finish(() => {
        if (child.pid !== undefined) endGroup(child.pid);
        reject(error);
      });
    const timer = setTimeout(() => fail(new Error(`it did not answer within ${timeoutMs / 1_000} s`)), timeoutMs);
    const answer = () => parseEnvironment(Buffer.concat(chunks, bytes).toString('utf8'), marker);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) return fail(new Error('it printed too much'));
      // Something that the start-up files left in the background may keep the pipe open long after the answer.
      const read = chunk.includes(marker.slice(-1)) ? answer() : null;
      if (read) finish(() => resolve(read));
    });
    child.once('error', fail);
    child.once('close', (code, signal) => {
      const read = answer();
      const how = signal ? `signal ${signal}` : `exit code ${code}`;
      if (read) finish(() => resolve(read));
      else fail(new Error(`it ended with ${how} and without an answer`));
    });
  });
}

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended by itself, as it should.
  }
}

function accountShell(): string | null {
  try {
    return userInfo().shell;
  } catch {
    return null;
  }
}

function folders(path: string | undefined): string[] {
  return (path ?? '').split(':').filter((folder) => folder !== '');
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
