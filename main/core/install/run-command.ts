import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BerthError } from '../../../contract/errors.ts';
import { redactPatterns } from '../logs/redact.ts';
import { holdLifeline } from '../supervisor/lifeline.ts';
import { ProcessGroup } from '../supervisor/process-group.ts';
import type { CommandWork } from './plan-route.ts';

/** Lines that are kept to explain a failure. */
const LAST_LINES = 60;
const MOST_LINE_LENGTH = 2_000;

export interface RunOptions {
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  readonly onLine: (text: string) => void;
}

/** How a command ended that did not succeed; `lines` are the last of what it printed. */
export interface CommandEnd {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/**
 * Runs the command in a process group of its own, without a shell and without a terminal, and waits for its end. Cancelling ends the whole
 * group, and so does the death of Berth. Resolves with null when it succeeded; rejects with `cancelled` or `command-missing`.
 */
export async function runCommand(
  work: Pick<CommandWork, 'command' | 'args'>,
  options: RunOptions,
): Promise<CommandEnd | null> {
  const { signal, onLine, cwd, env, platform } = options;
  if (signal.aborted) throw cancelled();
  const group = await ProcessGroup.spawn({ command: work.command, args: work.args, env, cwd, files: [] }, platform);
  const lifeline = platform === 'win32' ? null : holdLifeline(group.pid, onLine);
  const lines: string[] = [];
  const read = (stream: Readable) => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (raw) => {
      const text = plain(raw);
      if (text === '') return;
      lines.push(text);
      if (lines.length > LAST_LINES) lines.shift();
      onLine(text);
    });
  };
  read(group.stdout);
  read(group.stderr);
  group.stdin.end();
  const stop = () => void group.stop({ eofGraceMs: 0, termGraceMs: 2_000 });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { code } = await group.gone;
    if (signal.aborted) throw cancelled();
    return code === 0 ? null : { code, lines };
  } finally {
    signal.removeEventListener('abort', stop);
    lifeline?.disarm();
  }
}

function cancelled(): BerthError {
  return new BerthError('cancelled', 'The installation was cancelled.');
}

/** A line as it may be shown: no escape sequences, only what a progress bar left last, nothing secret. */
function plain(raw: string): string {
  const last = raw.slice(raw.lastIndexOf('\r') + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const text = last.replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f]/g, '');
  return redactPatterns(text.slice(0, MOST_LINE_LENGTH)).trimEnd();
}
