import { PassThrough, Writable } from 'node:stream';
import type { CliIo } from '../../../main/cli/cli-io.ts';
import { runCli } from '../../../main/cli/run-cli.ts';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerminalOptions {
  readonly env: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Letters that are typed at a prompt; makes stdin a terminal. */
  readonly typed?: string;
  readonly tty?: boolean;
}

/** A command that runs in this process, at a terminal of its own. */
export class Terminal {
  readonly #interruption = new AbortController();
  readonly #out: string[] = [];
  readonly #err: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly done: Promise<Ran>;
  rawMode: boolean[] = [];

  constructor(args: readonly string[], options: TerminalOptions) {
    const stdin: CliIo['stdin'] = new PassThrough();
    if (options.typed !== undefined) {
      stdin.isTTY = true;
      stdin.setRawMode = (raw) => this.rawMode.push(raw);
      (stdin as PassThrough).write(options.typed);
    } else (stdin as PassThrough).end(options.stdin ?? '');
    const io: CliIo = {
      stdin,
      stdout: Object.assign(this.#collect(this.#out), { isTTY: options.tty === true }),
      stderr: this.#collect(this.#err),
      env: options.env,
      platform: process.platform,
      cwd: options.cwd ?? '/',
      interrupted: this.#interruption.signal,
      now: () => Date.parse('2026-11-21T12:00:00Z'),
    };
    this.done = runCli(args, io).then((code) => ({ code, stdout: this.#out.join(''), stderr: this.#err.join('') }));
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#interruption.abort();
  }

  /** Resolves when stdout holds this text. */
  async shows(text: string): Promise<void> {
    while (!this.#out.join('').includes(text)) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #collect(into: string[]): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        into.push(chunk.toString());
        for (const resolve of this.#waiting) resolve();
        this.#waiting.clear();
        done();
      },
    });
  }
}

/** Runs a command to its end. */
export function berth(args: readonly string[], options: TerminalOptions): Promise<Ran> {
  return new Terminal(args, options).done;
}
