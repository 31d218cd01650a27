import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import type { PlannedProcess } from '../presets/launch-plan.ts';
import { groupIsAlive } from './process-table.ts';
import { taskkillCommand } from './taskkill.ts';

/** How a child ended; one of both is set. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StopGraces {
  /** After stdin EOF; 0 for programs that do not read stdin. */
  readonly eofGraceMs: number;
  /** After SIGTERM. */
  readonly termGraceMs: number;
}

/** What descendants get to end by themselves after their leader has gone, in ms. */
const LEFTOVER_GRACE_MS = 1_000;
/** How long pipes may stay open after the group has gone (a descendant that left the group may hold them), in ms. */
const PIPE_GRACE_MS = 250;
const POLL_MS = 20;

/**
 * A child with its descendants: a process group on POSIX, a process tree on Windows. Whoever creates it must read both pipes.
 */
export class ProcessGroup {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #platform: NodeJS.Platform;
  readonly #systemRoot: string | undefined;
  #stopping: Promise<void> | null = null;

  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The leader has ended. */
  readonly exited: Promise<ProcessExit>;
  /** The leader and its descendants have ended, and everything they wrote was read. */
  readonly gone: Promise<ProcessExit>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    pid: number,
    platform: NodeJS.Platform,
    systemRoot: string | undefined,
  ) {
    this.#child = child;
    this.#platform = platform;
    this.#systemRoot = systemRoot;
    this.pid = pid;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.gone = this.#cleanUp();
    this.stdin.on('error', () => {
      // EPIPE when it ended before it read everything; its end is reported by itself.
    });
  }

  /** Starts the program. Rejects with `command-missing` when it cannot be run at all, else with `start-failed`. */
  static async spawn(
    planned: PlannedProcess,
    platform: NodeJS.Platform = process.platform,
    systemRoot: string | undefined = process.env['SystemRoot'],
  ): Promise<ProcessGroup> {
    const child = spawn(planned.command, [...planned.args], {
      cwd: planned.cwd,
      env: { ...planned.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // On Windows this would open a console window of its own and gives no group.
      detached: platform !== 'win32',
      windowsHide: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error: NodeJS.ErrnoException) => reject(spawnError(planned.command, error)));
    });
    if (child.pid === undefined) throw new BerthError('start-failed', `${planned.command} did not start.`);
    // Later errors are failed kills; whether it ended is decided on exitCode and signalCode alone.
    child.on('error', () => {});
    return new ProcessGroup(child, child.pid, platform, systemRoot);
  }

  /** Null while the leader runs. `ChildProcess.killed` says only that a signal was sent. */
  get exit(): ProcessExit | null {
    const { exitCode, signalCode } = this.#child;
    return exitCode === null && signalCode === null ? null : { code: exitCode, signal: signalCode };
  }

  /** Ends all of it, politely first; resolves when it is gone. Asking again waits for the same end. */
  stop(graces: StopGraces): Promise<void> {
    this.#stopping ??= this.#stop(graces);
    return this.#stopping;
  }

  async #stop(graces: StopGraces): Promise<void> {
    if (!this.exit) this.stdin.end();
    if (!this.exit && graces.eofGraceMs > 0) await this.#exitWithin(graces.eofGraceMs);
    if (!this.exit && this.#platform !== 'win32') {
      this.#signal('SIGTERM');
      await this.#exitWithin(graces.termGraceMs);
    }
    if (!this.exit) await this.#kill();
    await this.gone;
  }

  async #exitWithin(ms: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.exited, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }

  /** After the leader: its descendants and its pipes. */
  async #cleanUp(): Promise<ProcessExit> {
    const exit = await this.exited;
    if (this.#platform !== 'win32' && (await this.#leftovers())) {
      this.#signal('SIGTERM');
      if (!(await this.#groupEndsWithin(LEFTOVER_GRACE_MS))) {
        this.#signal('SIGKILL');
        await this.#groupEndsWithin(LEFTOVER_GRACE_MS);
      }
    }
    await Promise.race([
      Promise.all([ended(this.stdout), ended(this.stderr)]),
      sleep(PIPE_GRACE_MS, undefined, { ref: false }),
    ]);
    this.stdin.destroy();
    this.stdout.destroy();
    this.stderr.destroy();
    return exit;
  }

  #leftovers(): Promise<boolean> {
    return groupIsAlive(this.pid, this.#platform);
  }

  async #groupEndsWithin(ms: number): Promise<boolean> {
    const until = performance.now() + ms;
    while (performance.now() < until) {
      if (!(await this.#leftovers())) return true;
      await sleep(POLL_MS);
    }
    return !(await this.#leftovers());
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // ESRCH: nobody is left in the group.
    }
  }

  async #kill(): Promise<void> {
    if (this.#platform !== 'win32') {
      this.#signal('SIGKILL');
      return;
    }
    const { command, args } = taskkillCommand(this.pid, this.#systemRoot);
    await new Promise<void>((resolve) => {
      const killer = spawn(command, args, { stdio: 'ignore', windowsHide: true });
      killer.once('error', () => {
        this.#child.kill();
        resolve();
      });
      killer.once('exit', () => resolve());
    });
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) resolve();
    stream.once('close', () => resolve());
  });
}

function spawnError(command: string, error: NodeJS.ErrnoException): BerthError {
  if (error.code === 'ENOENT') {
    return new BerthError('command-missing', `${command} does not exist.`, {
      hint: 'Install it, or correct the path of the command.',
      cause: error,
    });
  }
  if (error.code === 'EACCES' || error.code === 'ENOEXEC') {
    return new BerthError('command-missing', `${command} cannot be run: ${error.code}.`, {
      hint: 'Check that it is a program for this machine and that you may execute it.',
      cause: error,
    });
  }
  return new BerthError('start-failed', `${command} did not start: ${error.message}.`, { cause: error });
}
