import { Command, CommanderError } from 'commander';
import { exitCodeOf, toErrorInfo } from '../../contract/errors.ts';
import { answer, type CliIo, sayError } from './cli-io.ts';
import type { CommandKit } from './command-kit.ts';
import { addAppCommands } from './commands/app.ts';
import { addApprovalsCommand } from './commands/approvals.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addClientCommands } from './commands/clients.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addConfigCommands } from './commands/config.ts';
import { addContextCommands } from './commands/contexts.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEndpointCommands } from './commands/endpoint.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addPresetsCommand } from './commands/presets.ts';
import { addSecretCommands } from './commands/secrets.ts';
import { addServerCommands } from './commands/servers.ts';
import { addStatusCommand } from './commands/status.ts';
import { addToolCommands } from './commands/tools.ts';

/** Runs one `berth` command and answers its exit code (cli.md). Never rejects. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let code = 0;
  const program = createProgram({ io, exit: (wanted) => (code = wanted) });
  try {
    const asksVersion = args.length === 1 && (args[0] === '--version' || args[0] === '-V');
    await program.parseAsync(asksVersion ? ['version'] : args, { from: 'user' });
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

/** All commands. Public for completion and for the test that compares them with the documentation. */
export function createProgram(kit: CommandKit): Command {
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
  for (const add of [
    addAppCommands,
    addStatusCommand,
    addContextCommands,
    addPresetsCommand,
    addServerCommands,
    addLogsCommand,
    addAuditCommand,
    addApprovalsCommand,
    addToolCommands,
    addClientCommands,
    addEndpointCommands,
    addDoctorCommand,
    addSecretCommands,
    addConfigCommands,
  ]) {
    add(program, kit);
  }
  addCompletionCommands(program, kit);
  inheritSettings(program);
  return program;
}

function inheritSettings(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inheritSettings(child);
  }
}
