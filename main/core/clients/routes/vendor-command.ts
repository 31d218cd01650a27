import { BerthError } from '../../../../contract/errors.ts';
import { runCommand } from '../../install/run-command.ts';
import { findExecutable } from '../../shell-env/find-executable.ts';
import type { Environment } from '../../shell-env/login-environment.ts';
import { hideTokens } from '../entry.ts';
import type { ClientRow } from '../registry.ts';
import { shownCommand } from './command-line.ts';
import { carriesEnvironment } from './entry-template.ts';

/** A vendor's program on this machine, or why there is none that can be used. */
export type VendorProgram = { readonly path: string } | { readonly why: string };

const TIME_LIMIT_MS = 30_000;
/** Lines of a failed command that go into the error. */
const SHOWN_LINES = 5;

/** Finds the program that changes this client's file; null for a client that has none. `sets`: the entry sets variables for what it starts. */
export async function vendorProgram(
  row: ClientRow,
  machine: { readonly env: Environment; readonly platform: NodeJS.Platform },
  sets: boolean,
): Promise<VendorProgram | null> {
  if (row.cli === undefined) return null;
  return judgeProgram(
    row,
    await findExecutable(row.cli.program, machine.env, machine.platform),
    machine.platform,
    sets,
  );
}

/** Whether a program that was found, or was not, can be used. */
export function judgeProgram(
  { title, entries, cli }: Pick<ClientRow, 'title' | 'entries' | 'cli'>,
  path: string | null,
  platform: NodeJS.Platform,
  sets: boolean,
): VendorProgram {
  if (entries.stdio === undefined) return { why: `${title} cannot start the bridge.` };
  if (path === null) return { why: `The command ${cli?.program} is not on the PATH of your login shell.` };
  if (platform === 'win32' && /\.(cmd|bat)$/i.test(path)) {
    return { why: `${path} is a batch file, which only a shell can start, and Berth starts none.` };
  }
  if (sets && !carriesEnvironment(cli?.add ?? [])) {
    return { why: `${cli?.program} is not known to take the variables that the bridge needs on this system.` };
  }
  return { path };
}

/**
 * Runs it without a shell and a terminal, for 30 s at most; what it has started ends with it. Rejects with `timed-out`,
 * `command-missing`, or `internal` with its last words, without anything that looks like a credential.
 */
export async function runVendorCommand(
  [command = '', ...args]: readonly string[],
  machine: { readonly env: Environment; readonly platform: NodeJS.Platform; readonly home: string },
  timeLimitMs: number = TIME_LIMIT_MS,
): Promise<void> {
  const shown = shownCommand([command, ...args], machine.platform);
  const limit = AbortSignal.timeout(timeLimitMs);
  const failed = await runCommand(
    { command, args },
    {
      env: ownEnvironment(machine.env),
      cwd: machine.home,
      platform: machine.platform,
      signal: limit,
      onLine: () => {},
    },
  ).catch((error: unknown) => {
    if (!limit.aborted) throw error;
    throw new BerthError('timed-out', `This has not ended after ${timeLimitMs / 1_000} s and was stopped: ${shown}`, {
      hint: 'Run it in a terminal to see what it waits for.',
    });
  });
  if (failed === null) return;
  const said = failed.lines.slice(-SHOWN_LINES).map(hideTokens).join('\n') || 'It said nothing.';
  throw new BerthError('internal', `This failed with exit code ${failed.code ?? 'none'}: ${shown}\n${said}`, {
    hint: 'Run it in a terminal to see more, or let Berth edit the file: --route file.',
  });
}

/** The login shell's environment without what is Berth's own: Electron applications would start as Node. */
function ownEnvironment(env: Environment): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[0] !== 'ELECTRON_RUN_AS_NODE' && !entry[0].startsWith('BERTH_'),
  );
  return Object.fromEntries(entries);
}
