import { z } from 'zod';
import { guardLevels } from './guard-levels.ts';

export const guardLevelSchema = z.enum(guardLevels);
export type GuardLevel = z.infer<typeof guardLevelSchema>;

const strictness: Record<GuardLevel, number> = { full: 0, ask: 1, 'read-only': 2 };

/** The stricter of a server's guard and its context's cap (D15). */
export function effectiveGuard(guard: GuardLevel, cap: GuardLevel): GuardLevel {
  return strictness[guard] >= strictness[cap] ? guard : cap;
}

/**
 * What a preset knows about the tools of its server, as data. Hints of a server are claims; these are corrections.
 * `blocked` tools never pass, whatever the guard, and carry the reason that the caller is shown.
 */
export const toolRuleSchema = z.object({
  readOnly: z.boolean().optional(),
  blocked: z.string().optional(),
});

/** What a flag takes: nothing but yes or no, a number, or text. */
export const flagKindSchema = z.enum(['switch', 'number', 'text']);
const flagsSchema = z.record(z.string(), flagKindSchema);

/** The commands of a program, by their words with one space between, and the long names of their flags, as the program itself tells (D17). */
export const commandSetSchema = z.object({
  commands: z.record(
    z.string(),
    z.object({
      /** What the program says it does, e.g. `read` or `write`. */
      category: z.string(),
      flags: flagsSchema,
    }),
  ),
  /** Flags that every command takes. */
  shared: flagsSchema,
});
export type CommandSet = z.infer<typeof commandSetSchema>;

/** How a tool takes a command line of its own, e.g. kubectl-mtv's `{command, flags}`. */
export const commandLineRuleSchema = z.object({
  /** Name of the argument that holds the command's words. */
  command: z.string(),
  /** Name of the argument that holds the flags as an object. */
  flags: z.string().optional(),
  /** Flags that leave the context or change the identity: never pass, in whatever spelling. */
  forbidden: z.array(z.string()),
  /** Commands that never pass, by their words, with the reason. */
  refused: z.record(z.string(), z.string()).default({}),
  /** Only commands of the program's own set in these categories pass, with their own flags. Empty for a tool that runs none, such as help. */
  categories: z.array(z.string()).default([]),
  /** A text that begins so makes the program read a file of this machine, e.g. `@`. */
  filePrefix: z.string().optional(),
});

export const guardRulesSchema = z.object({
  tools: z.record(z.string(), toolRuleSchema).default({}),
  commandLines: z.record(z.string(), commandLineRuleSchema).default({}),
});
/** `commands`: those of the program that serves now; null while they are not known, and then no flag passes. */
export type GuardRules = z.infer<typeof guardRulesSchema> & { readonly commands?: CommandSet | null };
export const noGuardRules: GuardRules = { tools: {}, commandLines: {} };
