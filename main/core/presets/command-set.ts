import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import type { CommandSet } from '../../../contract/model/guard.ts';

const flagSchema = z.object({ name: z.string(), type: z.string() });
const commandSchema = z.object({
  path: z.array(z.string()).min(1),
  category: z.string(),
  /** Older versions do not say it; then every command can be run. */
  runnable: z.boolean().optional(),
  flags: z.array(flagSchema).nullish(),
});
/** The machine-readable help of kubectl-mtv: `kubectl-mtv help --machine`, versions 0.2.8 and 0.3.25 (pkg/mcp/discovery/types.go). */
const helpSchema = z.object({
  commands: z.array(commandSchema),
  global_flags: z.array(flagSchema).nullish(),
});

export interface CommandSetChoice {
  /** Which of the flags that every command takes may be given. */
  readonly shared: readonly string[];
}

/** Reads what a program says about its own commands (D17). Throws `protocol` when it is not that. */
export function readCommandSet(text: string, choice: CommandSetChoice): CommandSet {
  const parsed = helpSchema.safeParse(json(text));
  if (!parsed.success) {
    throw new BerthError('protocol', 'The program does not say which commands it has in a form that Berth knows.', {
      hint: 'Update the program, or tell us its version.',
    });
  }
  const { commands, global_flags: globals } = parsed.data;
  const saysRunnable = commands.some(({ runnable }) => runnable === true);
  const runnable = commands.filter((command) => command.runnable === true || !saysRunnable);
  return {
    commands: Object.fromEntries(
      runnable.map(({ path, category, flags }) => [path.join(' '), { category, flags: kindsOf(flags ?? []) }]),
    ),
    shared: kindsOf((globals ?? []).filter(({ name }) => choice.shared.includes(name))),
  };
}

function kindsOf(flags: readonly z.infer<typeof flagSchema>[]): CommandSet['shared'] {
  return Object.fromEntries(flags.map(({ name, type }) => [name, kindOf(type)]));
}

/** Types as Go's flag library names them; what is no switch and no number takes text. */
function kindOf(type: string): CommandSet['shared'][string] {
  if (type === 'bool') return 'switch';
  return /^(u?int|float)\d*$/.test(type) ? 'number' : 'text';
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
