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
  /** How to get it when it was not found, or why the found one is not usable. */
  install: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type Preset = z.infer<typeof presetSchema>;
