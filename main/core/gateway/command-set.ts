import type { CommandSet, GuardRules } from '../../../contract/model/guard.ts';
import { isRecord } from './json-rpc.ts';
import { own } from './own.ts';

type CommandLineRule = GuardRules['commandLines'][string];
type FlagKind = CommandSet['shared'][string];

/**
 * Why a command with these flags is not among those that the program offers (D17); null when it is. Forms and forbidden flags have
 * been looked at before. A set that is not known (null) offers every command, and none a flag.
 */
export function outsideTheSet(
  rule: CommandLineRule,
  set: CommandSet | null,
  command: unknown,
  flags: unknown,
): string | null {
  const words = wordsOf(command);
  const refused = own(rule.refused, words);
  if (refused !== undefined) return `the command "${words}" is refused: ${refused}`;
  if (rule.categories.length === 0) return null;
  const given = isRecord(flags) ? Object.entries(flags) : [];
  if (set === null) {
    if (given.length === 0) return null;
    return 'the flags of this version of the program are not known, so none may pass; restart the server';
  }
  const known = own(set.commands, words);
  if (known === undefined) return `there is no command "${words}"`;
  if (!rule.categories.includes(known.category)) {
    return `"${words}" is a ${known.category} command, and this tool is for ${rule.categories.join(' and ')} commands`;
  }
  for (const [name, value] of given) {
    const plain = name.replaceAll('_', '-');
    const kind = own(known.flags, plain) ?? own(set.shared, plain);
    if (kind === undefined) return `the command "${words}" has no flag "${plain}"`;
    if (!fits(kind, value)) return `the flag "${plain}" takes ${taking[kind]}`;
  }
  return null;
}

const taking: Readonly<Record<FlagKind, string>> = {
  switch: 'true or false',
  number: 'a number',
  text: 'text',
};

/** What follows a switch would be a word of its own to the program's parser, so a switch takes nothing else. */
function fits(kind: FlagKind, value: unknown): boolean {
  switch (kind) {
    case 'switch':
      return typeof value === 'boolean' || value === 'true' || value === 'false' || value === '' || value === null;
    case 'number':
      return /^(\d+(\.\d+)?)?$/.test(String(value ?? ''));
    case 'text':
      return true;
  }
}

function wordsOf(command: unknown): string {
  const text = Array.isArray(command) ? command.join(' ') : typeof command === 'string' ? command : '';
  return text
    .split(/[\s\u0085]+/u)
    .filter(Boolean)
    .join(' ');
}
