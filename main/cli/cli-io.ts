import type { Readable, Writable } from 'node:stream';
import type { ErrorInfo } from '../../contract/errors.ts';

/** Everything that a command reads from and writes to, so that a test can be the terminal. */
export interface CliIo {
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number };
  readonly stderr: Writable & { isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  /** Aborts when the user presses Ctrl-C. */
  readonly interrupted: AbortSignal;
  readonly now: () => number;
}

/** The answer: the only thing that goes to stdout. */
export function answer(io: CliIo, text: string): void {
  if (text !== '') io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Anything that is not the answer. */
export function say(io: CliIo, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** An error as the user sees it: what is wrong, and what to do next. */
export function sayError(io: CliIo, error: ErrorInfo): void {
  say(io, `berth: ${error.message}`);
  if (error.hint) say(io, error.hint);
}
