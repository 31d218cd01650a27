import type { Command, Option } from 'commander';

/** Kinds of names that only the running core knows. */
export type NameKind = 'servers' | 'endpoints' | 'contexts' | 'clients' | 'presets' | 'targets';

const argumentKinds: Record<string, NameKind> = {
  slug: 'servers',
  slugs: 'servers',
  context: 'contexts',
  client: 'clients',
  preset: 'presets',
  id: 'presets',
  target: 'targets',
};

/** Commands that also take all servers as one. */
const takesAll: ReadonlySet<string> = new Set(['endpoint', 'connect', 'install', 'uninstall', 'tools', 'call']);

/** What may stand in the place of the last of `words` (the words after `berth`), all of which begin as it does. */
export async function completionsFor(
  program: Command,
  words: readonly string[],
  names: (kind: NameKind) => Promise<readonly string[]>,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const { command, given, awaiting } = walk(program, words.slice(0, -1));
  const found = await candidates(command, given, awaiting, typed, names);
  return [...new Set(found)].filter((name) => name.startsWith(typed)).sort();
}

async function candidates(
  command: Command,
  given: number,
  awaiting: Option | null,
  typed: string,
  names: (kind: NameKind) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (awaiting) {
    if (awaiting.argChoices) return awaiting.argChoices;
    if (awaiting.long === '--output') return ['json', 'yaml', 'wide'];
    if (awaiting.long === '--level') return ['debug', 'info', 'warn', 'error'];
    if (awaiting.long === '--as') return ['json', 'toml', 'yaml', 'claude-cli', 'curl', ...(await names('clients'))];
    return awaiting.long === '--context' ? ['active', 'none', ...(await names('contexts'))] : [];
  }
  if (typed.startsWith('-')) {
    return command.options.filter((option) => !option.hidden).flatMap((option) => option.long ?? option.short ?? []);
  }
  const subcommands = command.commands.map((child) => child.name()).filter((name) => !name.startsWith('_'));
  if (subcommands.length > 0 && command.registeredArguments.length === 0) return subcommands;
  const expected = command.registeredArguments[given] ?? command.registeredArguments.find((one) => one.variadic);
  if (!expected) return [];
  if (expected.argChoices) return expected.argChoices;
  if (expected.name() === 'on|off') return ['on', 'off'];
  const named = argumentKinds[expected.name()];
  const kind = named === 'servers' && takesAll.has(command.name()) ? 'endpoints' : named;
  return [...subcommands, ...(kind === undefined ? [] : await names(kind))];
}

/** The command that the words lead to, how many of its arguments are given, and the option whose value comes next. */
function walk(
  program: Command,
  words: readonly string[],
): { command: Command; given: number; awaiting: Option | null } {
  let command = program;
  let given = 0;
  let awaiting: Option | null = null;
  for (const word of words) {
    if (awaiting) {
      awaiting = null;
      continue;
    }
    if (word.startsWith('-')) {
      const option = command.options.find((one) => one.long === word || one.short === word);
      if (option && (option.required || option.optional)) awaiting = option;
      continue;
    }
    const child = command.commands.find((one) => one.name() === word);
    if (child) {
      command = child;
      given = 0;
    } else given += 1;
  }
  return { command, given, awaiting };
}
