import { Command, CommanderError } from 'commander';
import { exitCodeOf, toErrorInfo } from '../../contract/errors.ts';
import { answer, type CliIo, sayError } from './cli-io.ts';
import { addCommands } from './command-groups.ts';
import type { CommandKit } from './command-kit.ts';

/** Runs one `berth` command and answers its exit code (cli.md). Never rejects. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let code = 0;
  const asksVersion = args.length === 1 && (args[0] === '--version' || args[0] === '-V');
  const words = asksVersion ? ['version'] : args;
  try {
    const program = await createProgram({ io, exit: (wanted) => (code = wanted) }, words[0]);
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodeOf('invalid-argument');
    const info = toErrorInfo(error);
    // Whoever pressed Ctrl-C knows it.
    if (info.code === 'cancelled') return exitCodeOf('cancelled');
    sayError(io, info);
    return exitCodeOf(info.code);
  }
}

/** The program for a command line that begins with `word`; with all its commands when that is no command's name, or absent. */
export async function createProgram(kit: CommandKit, word?: string): Promise<Command> {
  const { io } = kit;
  const program = new Command('berth')
    .description('Docks Kubernetes MCP servers and gives AI clients one stable, guarded endpoint for each.')
    .configureOutput({
      writeOut: (text) => answer(io, text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stdout.columns ?? 100,
    })
    .option('-V, --version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions();
  await addCommands(program, kit, word);
  inheritSettings(program);
  return program;
}

function inheritSettings(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inheritSettings(child);
  }
}
