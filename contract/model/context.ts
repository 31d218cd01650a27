import { z } from 'zod';
import { errorInfoSchema } from '../errors.ts';
import { guardLevelSchema } from './guard.ts';

/** One kubeconfig context (cli.md). `ref` is how it is called: its name where unique, else `NAME@SOURCE` (D2). */
export const contextSchema = z.object({
  ref: z.string(),
  name: z.string(),
  cluster: z.string(),
  user: z.string(),
  namespace: z.string().nullable(),
  /** The kubeconfig file that it comes from, or `demo`. */
  source: z.string(),
  active: z.boolean(),
  production: z.boolean(),
  /** Proposed from the name, not set by the user. */
  productionGuessed: z.boolean(),
  cap: guardLevelSchema,
  label: z.string().nullable(),
  reachable: z.boolean().nullable(),
  expiresAt: z.string().nullable(),
  /** URL of the API server; null where the context has no cluster. */
  apiServer: z.string().nullable(),
  /** How it logs in: `token`, `client-certificate`, `exec: COMMAND`, `basic`, `none`. */
  auth: z.string(),
  /** True for kubectl's own current-context. */
  current: z.boolean(),
  demo: z.boolean(),
  error: errorInfoSchema.nullable(),
});
export type Context = z.infer<typeof contextSchema>;

/** Where contexts come from: KUBECONFIG, ~/.kube/config, files and folders that the user added, the demo cluster. */
export const kubeSourceSchema = z.object({
  path: z.string(),
  origin: z.enum(['KUBECONFIG', 'default', 'added-file', 'added-folder', 'demo']),
  contexts: z.number().int(),
  error: errorInfoSchema.nullable(),
});
export type KubeSource = z.infer<typeof kubeSourceSchema>;

const productionWords = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

/** Whether a context's name looks like production: a proposal that the user can overrule. */
export function looksLikeProduction(contextName: string): boolean {
  return productionWords.test(contextName);
}

/** A change to what Berth remembers about a context. Absent = unchanged, null = back to the default. */
export const contextSettingsInputSchema = z.object({
  label: z.string().nullable().optional(),
  production: z.boolean().nullable().optional(),
  cap: guardLevelSchema.nullable().optional(),
});
export type ContextSettingsInput = z.infer<typeof contextSettingsInputSchema>;
