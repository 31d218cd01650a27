import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BerthError } from '../../../contract/errors.ts';
import { type ClientRow, clientPlatform } from './registry.ts';

/** A running application: its first process, and how it was started. */
export interface RunningApplication {
  /** Of its outermost process. */
  readonly pid: number;
  /** The program, and the words that it was started with, its own name first. */
  readonly program: string;
  readonly command: readonly string[];
  readonly folder: string | null;
}

interface Row extends RunningApplication {
  readonly parent: number;
  /** Names that it may be known by: of its program, and the one that it was started with. */
  readonly names: readonly string[];
}

const run = promisify(execFile);
const QUIT_MS = 15_000;
const LIST_MS = 5_000;
const LOOK_MS = 100;

/**
 * Looks whether an AI application runs, ends it as its user would, and opens it again. Processes of this user only, by the names
 * that the client's row gives for this platform.
 */
export class Applications {
  readonly #platform: NodeJS.Platform;
  readonly #env: () => Readonly<Record<string, string | undefined>>;
  readonly #quitMs: number;

  constructor(options: {
    readonly platform: NodeJS.Platform;
    /** For an application that is opened again; asked for when it is. */
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly quitMs?: number;
  }) {
    this.#platform = options.platform;
    this.#env = () => options.env;
    this.#quitMs = options.quitMs ?? QUIT_MS;
  }

  /** Null when it does not run, or when nobody can tell. */
  async find(row: ClientRow): Promise<RunningApplication | null> {
    const names = row.processes[clientPlatform(this.#platform)] ?? [];
    if (names.length === 0) return null;
    const rows = await this.#list().catch(() => []);
    const mine = rows.filter((one) => one.names.some((name) => names.includes(name)));
    const pids = new Set(mine.map(({ pid }) => pid));
    // Its helpers are children of the first one, or of nobody any more.
    return mine.find(({ parent }) => !pids.has(parent)) ?? null;
  }

  /** Asks it to quit and waits until it has. Rejects with `timed-out` when it does not, `unsupported` where Berth cannot ask. */
  async quit(row: ClientRow, running: RunningApplication): Promise<void> {
    await this.#ask(row, running);
    const deadline = Date.now() + this.#quitMs;
    while ((await this.find(row)) !== null) {
      if (Date.now() > deadline) {
        throw new BerthError('timed-out', `${row.title} was asked to quit and still runs.`, {
          hint: `Look whether it asks something, quit it yourself, or let Berth write once it has quit.`,
        });
      }
      await delay(LOOK_MS);
    }
  }

  /** Starts it as it was started before; it lives on without Berth. */
  async open(row: ClientRow, { program, command, folder }: RunningApplication): Promise<void> {
    const mac = this.#platform === 'darwin';
    const [name, ...args] = mac ? ['/usr/bin/open', '-a', appOf(program) ?? row.title] : command;
    const child = spawn(mac ? '/usr/bin/open' : program, args, {
      argv0: name ?? program,
      detached: true,
      stdio: 'ignore',
      env: { ...this.#env() },
      ...(folder === null ? {} : { cwd: folder }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new BerthError('internal', `${row.title} could not be opened again: ${error.message}.`, {
            hint: 'The change is written. Open it yourself.',
            cause: error,
          }),
        ),
      );
    });
    child.unref();
  }

  async #ask(row: ClientRow, { pid, program }: RunningApplication): Promise<void> {
    if (this.#platform === 'darwin') {
      const app = appOf(program);
      const name = app === null ? row.title : basename(app, '.app');
      await run('/usr/bin/osascript', ['-e', `quit app ${JSON.stringify(name)}`], { timeout: this.#quitMs });
      return;
    }
    if (this.#platform === 'win32') {
      // Without /F taskkill closes windows, and an application that lives in the tray stays.
      throw new BerthError('unsupported', `Berth cannot quit ${row.title} on Windows.`, {
        hint: 'Quit it from its tray icon, or let Berth write once it has quit.',
      });
    }
    try {
      process.kill(pid, 'SIGTERM');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async #list(): Promise<Row[]> {
    if (this.#platform === 'linux') return await listLinux();
    if (this.#platform === 'win32')
      return parseTasklist((await run('tasklist', ['/fo', 'csv', '/nh'], { timeout: LIST_MS })).stdout);
    const { stdout } = await run('/bin/ps', ['-x', '-o', 'pid=,ppid=,comm='], { timeout: LIST_MS });
    return parsePs(stdout);
  }
}

/** `ps -o pid=,ppid=,comm=`: on macOS `comm` is the program's whole path, which may hold spaces. */
export function parsePs(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, path] = /^\s*(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (path === undefined) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        names: [basename(path)],
        program: path,
        command: [path],
        folder: null,
      },
    ];
  });
}

/** `tasklist /fo csv /nh`: it tells no parents, and lists processes of all users. */
export function parseTasklist(text: string): Row[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, pid] = /^"([^"]+)","(\d+)"/.exec(line) ?? [];
    return name === undefined
      ? []
      : [{ pid: Number(pid), parent: 0, names: [name], program: name, command: [name], folder: null }];
  });
}

async function listLinux(): Promise<Row[]> {
  const uid = process.getuid?.();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(pids.map((pid) => readLinux(pid, uid)));
  return rows.filter((row) => row !== null);
}

/** Null for one of another user, and for one that has ended meanwhile. */
async function readLinux(pid: string, uid: number | undefined): Promise<Row | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    if (uid !== undefined && /^Uid:\s+(\d+)/m.exec(status)?.[1] !== String(uid)) return null;
    if (/^State:\s+[ZX]/m.test(status)) return null;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((part) => part !== '');
    const [first] = command;
    if (first === undefined) return null;
    const running = (await readlink(`/proc/${pid}/exe`).catch(() => first)).replace(/ \(deleted\)$/, '');
    // An AppImage runs from a mount that goes with it: the image is what can be started again.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const program = /(?:^|\0)APPIMAGE=([^\0]+)/.exec(environment)?.[1] ?? running;
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    const names = [...new Set([basename(first), basename(running)])];
    return { pid: Number(pid), parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), names, program, command, folder };
  } catch {
    return null;
  }
}

/** The bundle that a program of macOS lies in. */
function appOf(program: string): string | null {
  return /^.*?\.app(?=\/)/.exec(program)?.[0] ?? null;
}
