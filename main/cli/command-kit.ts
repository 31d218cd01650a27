import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { type OutputFormat, parseFormat } from './output.ts';

/** What every command gets: the terminal, and a way to end with another code than 0 without an error. */
export interface CommandKit {
  readonly io: CliIo;
  readonly exit: (code: number) => void;
}

/** Adds `-o`. */
export function withOutput(command: Command): Command {
  return command.option('-o, --output <format>', 'print json, yaml or wide instead of a table');
}

/** Value of `-o`; `table` without it. Throws `invalid-argument`. */
export function formatOf(options: { output?: string }): OutputFormat {
  return parseFormat(options.output);
}

/** For options that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
