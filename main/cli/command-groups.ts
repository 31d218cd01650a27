import type { Command } from 'commander';
import type { CommandKit } from './command-kit.ts';

/** Adds the commands of one module to the program. */
type AddCommands = (program: Command, kit: CommandKit) => void;

/** Commands that one module holds. */
interface CommandGroup {
  /** The first words by which they are called. */
  readonly words: readonly string[];
  readonly load: () => Promise<AddCommands>;
}

/** Every command of `berth`, in the order of its help. */
const groups: readonly CommandGroup[] = [
  {
    words: ['serve', 'open', 'quit', 'connect', 'version'],
    load: async () => (await import('./commands/app.ts')).addAppCommands,
  },
  { words: ['status'], load: async () => (await import('./commands/status.ts')).addStatusCommand },
  {
    words: ['contexts', 'use', 'context'],
    load: async () => (await import('./commands/contexts.ts')).addContextCommands,
  },
  { words: ['presets'], load: async () => (await import('./commands/presets.ts')).addPresetsCommand },
  {
    words: ['servers', 'add', 'set', 'remove', 'start', 'stop', 'restart'],
    load: async () => (await import('./commands/servers.ts')).addServerCommands,
  },
  { words: ['logs'], load: async () => (await import('./commands/logs.ts')).addLogsCommand },
  { words: ['audit'], load: async () => (await import('./commands/audit.ts')).addAuditCommand },
  { words: ['approvals'], load: async () => (await import('./commands/approvals.ts')).addApprovalsCommand },
  { words: ['tools', 'call'], load: async () => (await import('./commands/tools.ts')).addToolCommands },
  {
    words: ['clients', 'install', 'uninstall', 'undo'],
    load: async () => (await import('./commands/clients.ts')).addClientCommands,
  },
  { words: ['endpoint'], load: async () => (await import('./commands/endpoint.ts')).addEndpointCommands },
  { words: ['doctor'], load: async () => (await import('./commands/doctor.ts')).addDoctorCommand },
  { words: ['secrets'], load: async () => (await import('./commands/secrets.ts')).addSecretCommands },
  { words: ['config'], load: async () => (await import('./commands/config.ts')).addConfigCommands },
  // The hidden command that completes is about all the others, so its word is not here.
  { words: ['completion'], load: async () => (await import('./commands/completion.ts')).addCompletionCommands },
];

/** First words for which not every module is loaded. */
export const knownWords: readonly string[] = groups.flatMap(({ words }) => words);

/**
 * Adds what a command line that begins with `word` can call: the one module that knows it, since loading them all takes longer than most
 * commands do. For any other word, and for help, which are about all commands, all of them.
 */
export async function addCommands(program: Command, kit: CommandKit, word: string | undefined): Promise<void> {
  const group = groups.find(({ words }) => word !== undefined && words.includes(word));
  for (const add of await Promise.all((group ? [group] : groups).map(({ load }) => load()))) add(program, kit);
}
