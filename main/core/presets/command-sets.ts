import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { BerthError } from '../../../contract/errors.ts';
import type { CommandSet } from '../../../contract/model/guard.ts';
import { readCommandSet } from './command-set.ts';
import type { DetectedProgram } from './launch-input.ts';
import type { PresetDefinition } from './preset-schema.ts';

/** As long as kubectl-mtv gives itself for the same question (pkg/mcp/discovery/registry.go). */
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Asks programs for their own commands and flags, and remembers what they said until the file changes. */
export class CommandSets {
  readonly #known = new Map<string, { file: string; set: Promise<CommandSet> }>();

  /** Null where the tools of a preset take no command lines. Rejects with a BerthError when the program does not tell. */
  async of(
    preset: PresetDefinition,
    program: DetectedProgram | null,
    env: Readonly<Record<string, string>>,
  ): Promise<CommandSet | null> {
    const { commandSet } = preset;
    if (!commandSet || !program) return null;
    const { size, mtimeMs, ino } = await stat(program.path).catch((cause: unknown) => {
      throw new BerthError('command-missing', `${program.path} is not there any more.`, { cause });
    });
    const file = `${size} ${mtimeMs} ${ino}`;
    const known = this.#known.get(program.path);
    if (known?.file === file) return known.set;
    const set = ask(program, commandSet.run, env).then((text) => readCommandSet(text, commandSet));
    this.#known.set(program.path, { file, set });
    set.catch(() => {
      if (this.#known.get(program.path)?.set === set) this.#known.delete(program.path);
    });
    return set;
  }
}

function ask(
  program: DetectedProgram,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...env, ...program.env },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_BYTES,
      windowsHide: true,
    } as const;
    const child = execFile(program.command, [...program.args, ...args], options, (error, stdout) => {
      if (!error) return resolve(stdout);
      const why = error.killed ? `it did not answer within ${TIMEOUT_MS / 1000} s` : 'it ended with an error';
      reject(new BerthError('protocol', `The program was asked for its commands (${args.join(' ')}), and ${why}.`));
    });
    child.stdin?.end();
  });
}
