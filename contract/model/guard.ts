import { z } from 'zod';

/** What may pass an endpoint (decision D15). */
export const guardLevels = ['full', 'ask', 'read-only'] as const;
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

/** How a tool takes a command line of its own, e.g. kubectl-mtv's `{command, flags}`. */
export const commandLineRuleSchema = z.object({
  /** Name of the argument that holds the command's words. */
  command: z.string(),
  /** Name of the argument that holds the flags as an object. */
  flags: z.string().optional(),
  /** Flags that leave the context or change the identity: never pass, in whatever spelling. */
  forbidden: z.array(z.string()),
});

export const guardRulesSchema = z.object({
  tools: z.record(z.string(), toolRuleSchema).default({}),
  commandLines: z.record(z.string(), commandLineRuleSchema).default({}),
});
export type GuardRules = z.infer<typeof guardRulesSchema>;
export const noGuardRules: GuardRules = { tools: {}, commandLines: {} };
