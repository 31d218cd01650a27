import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';
import { contextColours } from './context-colours.ts';
import { guardLevelSchema } from './guard.ts';

export const contextColourSchema = z.enum(contextColours);
export type ContextColour = z.infer<typeof contextColourSchema>;

/** What a credential is, as far as its end goes: an `exec` one is what the login plugin gave last, in memory only. */
export const credentialKinds = ['client-certificate', 'token', 'token-file', 'exec'] as const;

/** When a context's credential ends. The core says anew when `state` changes, so no reader needs a clock for it. */
export const expirySchema = z.object({
  /** ISO 8601. */
  at: z.string(),
  kind: z.enum(credentialKinds),
  /** A plugin or another program puts a new one in its place without the user. */
  renewable: z.boolean(),
  state: z.enum(['ok', 'soon', 'expired']),
});
export type Expiry = z.infer<typeof expirySchema>;

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
  /** Chosen by the user; production shows its own colour whatever this is. */
  colour: contextColourSchema.nullable(),
  reachable: z.boolean().nullable(),
  expiresAt: z.string().nullable(),
  /** `expiresAt` with what ends then; null when that is not known. */
  expiry: expirySchema.nullable(),
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

/** A change to what Berth remembers about a context. Absent = unchanged, null = back to the default. */
export const contextSettingsInputSchema = z.object({
  label: z.string().nullable().optional(),
  production: z.boolean().nullable().optional(),
  cap: guardLevelSchema.nullable().optional(),
  colour: contextColourSchema.nullable().optional(),
});
export type ContextSettingsInput = z.infer<typeof contextSettingsInputSchema>;
