import type { CommandSet, GuardRules } from '../../../contract/model/guard.ts';
import { outsideTheSet } from './command-set.ts';
import { misspelled } from './exact-names.ts';
import { isRecord } from './json-rpc.ts';

type CommandLineRule = GuardRules['commandLines'][string];

/**
 * Why the arguments of a tool that takes a command line may not pass; null when they may. What passes is a command of the program's
 * own set with flags of its own (D17). What is refused before that, whatever the set says: what a flag parser could read as a flag
 * outside the `flags` object, and the flags that leave the context or change the identity
 * (reference for kubectl-mtv: `{"s": URL}`, `{"kubeconfig=/x": ""}`, `{"no_color": "--kubeconfig=/x"}` all work on its parser).
 */
export function commandLineProblem(rule: CommandLineRule, set: CommandSet | null, args: unknown): string | null {
  if (args === undefined) return null;
  if (!isRecord(args)) return 'its arguments are not an object';
  const misplaced = misspelled(args, rule.flags === undefined ? [rule.command] : [rule.command, rule.flags]);
  if (misplaced !== null) return `the argument ${misplaced}`;
  const command = args[rule.command];
  const flags = rule.flags ? args[rule.flags] : undefined;
  return commandProblem(rule, command) ?? flagsProblem(rule, flags) ?? outsideTheSet(rule, set, command, flags);
}

function commandProblem(rule: CommandLineRule, command: unknown): string | null {
  if (command === undefined || command === null) return null;
  const parts = Array.isArray(command) ? command : [command];
  for (const part of parts) {
    if (typeof part !== 'string') return `"${rule.command}" must be text`;
    // U+0085 is white space to Go and not to JavaScript; quotes and backslashes go away in a shell-like split.
    const flag = part
      .split(/[\s\u0085]+/u)
      .find((word) => /^["'`\\]*[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/u.test(word));
    if (flag !== undefined) {
      const where = rule.flags ? ` Flags belong into "${rule.flags}", by their long names.` : '';
      return `"${rule.command}" must not hold flags, and holds ${JSON.stringify(flag)}.${where}`;
    }
    if (expands(part)) return `"${rule.command}" must not hold variables of the server's environment`;
    if (/[\p{Cc}\p{Cf}]/u.test(part.replace(/[\t\n\r]/g, ''))) return `"${rule.command}" holds control characters`;
  }
  return null;
}

function flagsProblem(rule: CommandLineRule, flags: unknown): string | null {
  if (flags === undefined || flags === null) return null;
  if (!isRecord(flags)) return `"${rule.flags}" must be an object`;
  for (const [name, value] of Object.entries(flags)) {
    if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
      return `${JSON.stringify(name)} is no name of a flag: write it in lower case, without dashes before it and without "="`;
    }
    const plain = name.replaceAll('_', '-');
    if (rule.forbidden.some((forbidden) => forbidden.replaceAll('_', '-') === plain)) {
      return `the flag "${plain}" would leave the cluster or the identity that this server is bound to`;
    }
    if (name.length === 1) return `"${name}" is a short form: write the flag's long name`;
    const problem = valueProblem(rule, name, value);
    if (problem) return problem;
  }
  return null;
}

function valueProblem({ filePrefix }: CommandLineRule, name: string, value: unknown): string | null {
  const values = Array.isArray(value) ? value : [value];
  for (const item of values) {
    if (typeof item === 'object' && item !== null) return `the value of the flag "${name}" must be plain`;
    if (expands(String(item))) {
      return `the value of the flag "${name}" must not hold variables of the server's environment`;
    }
    // Numbers too: `--watch -5` is a short form to a flag that takes no value.
    if (/^[\s\u0085]*-/u.test(String(item))) return `the value of the flag "${name}" must not begin with "-"`;
    if (filePrefix !== undefined && String(item).trimStart().startsWith(filePrefix)) {
      return `the value of the flag "${name}" must not begin with "${filePrefix}", which would read a file of this machine`;
    }
  }
  return null;
}

/**
 * kubectl-mtv puts the values of its environment in the place of `${NAME}` (pkg/mcp/util/util.go; seen on 0.2.8 and 0.3.25), and that
 * environment holds cloud logins (D13): such a text would answer them.
 */
function expands(text: string): boolean {
  return text.includes('${');
}
