import { z } from 'zod';
import { optionValueSchema, transportSchema } from './server.ts';

export const presetOptionSchema = z.object({
  name: z.string(),
  type: z.enum(['string', 'number', 'boolean', 'choice', 'list', 'json']),
  title: z.string(),
  description: z.string(),
  default: optionValueSchema.optional(),
  choices: z.array(z.string()).optional(),
  required: z.boolean().optional(),
  /** The value is kept in the secret store and shown as a `secret:NAME` reference. */
  secret: z.boolean().optional(),
});
export type PresetOption = z.infer<typeof presetOptionSchema>;

/** Flags or variables of the program that are no options, because Berth sets them itself or keeps them away, and why. */
export const withheldSchema = z.object({ names: z.array(z.string()).min(1), why: z.string() });
export type Withheld = z.infer<typeof withheldSchema>;

/** Where a program was found: named by the server's option, installed by Berth, part of Berth, on PATH, among npm's global packages, in Go's folder. */
export const programSourceSchema = z.enum(['option', 'berth', 'bundled', 'path', 'npm', 'go']);
export type ProgramSource = z.infer<typeof programSourceSchema>;

/** Whether a program can be used. One of an unknown version is used as if it were the newest. */
export const programVerdictSchema = z.enum(['usable', 'unknown-version', 'too-old', 'not-executable', 'missing']);
export type ProgramVerdict = z.infer<typeof programVerdictSchema>;

/** Words of the verdicts, the same in the window and in the CLI. */
export const verdictWords: Readonly<Record<ProgramVerdict, string>> = {
  usable: 'found',
  'unknown-version': 'found, version unknown',
  'too-old': 'too old',
  'not-executable': 'not executable',
  missing: 'missing',
};

/** Words of the places, the same in the window and in the CLI. */
export const sourceWords: Readonly<Record<ProgramSource, string>> = {
  option: 'named by the server',
  berth: 'installed by Berth',
  bundled: 'comes with Berth',
  path: 'on your PATH',
  npm: 'in npm’s global packages',
  go: 'in Go’s folder of programs',
};

export const foundProgramSchema = z.object({
  path: z.string(),
  version: z.string().nullable(),
  source: programSourceSchema,
  verdict: programVerdictSchema,
  /** Why it cannot be used, with both versions where one is too old; null when it can. */
  reason: z.string().nullable(),
});

/** The program of a preset on this machine. */
export const presetProgramSchema = z.object({
  /** Of the one that servers run; `missing` when none was found. */
  verdict: programVerdictSchema,
  /** All that were found, the one that servers run first (D40). */
  found: z.array(foundProgramSchema),
  /** The oldest version that can be used; null for any. */
  minimum: z.string().nullable(),
  /** Berth knows how to install it: `presets.plan` says how. */
  installable: z.boolean(),
  /** The version that Berth would install when it is newer than the one that it did install; null for none. */
  update: z.string().nullable(),
});
export type PresetProgram = z.infer<typeof presetProgramSchema>;

/** A kind of server that can be docked, as `berth presets` and "Add server" show it. */
export const presetSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  homepage: z.string().nullable(),
  transports: z.array(transportSchema),
  needsContext: z.boolean(),
  options: z.array(presetOptionSchema),
  /** What the program knows beside the options. */
  withheld: z.array(withheldSchema),
  /** The program on this machine; null when it was not found. Presets without a program (`url`) and `command` are always found. */
  found: z.object({ path: z.string(), version: z.string().nullable() }).nullable(),
  /** The program in detail; null for presets without one of their own (`url`, `command`). */
  program: presetProgramSchema.nullable(),
  /** How to get it when it was not found, or why the found one is not usable. */
  install: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type Preset = z.infer<typeof presetSchema>;
