import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';
import { clientChangeSchema, clientSchema } from './client.ts';
import { guardLevelSchema } from './guard.ts';
import { optionValueSchema, serverSchema, transportSchema } from './server.ts';

/** `fail` it does not work or is open to others · `warn` it may stop working, or holds what it should not · `info` good to know. */
export const findingSeveritySchema = z.enum(['fail', 'warn', 'info']);
export type FindingSeverity = z.infer<typeof findingSeveritySchema>;

/** Something about a client's file, or an entry in it, that its user should know. Never holds a secret. */
export const existingFindingSchema = z.object({
  id: z.string(),
  severity: findingSeveritySchema,
  /** What was seen, in one sentence. */
  evidence: z.string(),
  remedy: z.string(),
  /** Line in the file, from 1; null where it is not certain. */
  line: z.number().int().nullable(),
});
export type ExistingFinding = z.infer<typeof existingFindingSchema>;

/** What would be docked in the place of an entry. Values of secrets are references only. */
export const importProposalSchema = z.object({
  preset: z.string(),
  slug: z.string(),
  /** What the server will be bound to: `active`, `none`, a context's reference; null when only the user can say. */
  context: z.string().nullable(),
  /** Why that context, or why none. */
  contextReason: z.string(),
  /** Kubeconfig files that Berth does not know yet and will read from then on. */
  addsKubeconfigs: z.array(z.string()),
  namespace: z.string().nullable(),
  transport: transportSchema.nullable(),
  options: z.record(z.string(), optionValueSchema),
  guard: guardLevelSchema,
  /** What moves from the file into the keychain: where it stands now, and its name there. `used` false: kept, but no server reads it. */
  secrets: z.array(z.object({ from: z.string(), name: z.string(), used: z.boolean() })),
  /** What the entry says and the docked server will not, with the reason. Values that may be secret are `…`. */
  notCarriedOver: z.array(z.object({ what: z.string(), why: z.string() })),
  notes: z.array(z.string()),
});
export type ImportProposal = z.infer<typeof importProposalSchema>;

/** A server that stands in a client's file and is not Berth's. Values of variables and headers are never in it. */
export const existingServerSchema = z.object({
  name: z.string(),
  line: z.number().int().nullable(),
  /** Null for an entry whose shape was not understood. */
  transport: transportSchema.nullable(),
  command: z.string().nullable(),
  /** Secrets in them are `…`. */
  args: z.array(z.string()),
  env: z.array(z.string()),
  /** Without login and secret parameters. */
  url: z.string().nullable(),
  headers: z.array(z.string()),
  disabled: z.boolean(),
  /** Id of the preset that it was recognised as; `berth` for one that leads to Berth; null when not understood. */
  kind: z.string().nullable(),
  findings: z.array(existingFindingSchema),
  /** Null when Berth has nothing to dock for it; `notImportable` says why. */
  proposal: importProposalSchema.nullable(),
  notImportable: z.string().nullable(),
});
export type ExistingServer = z.infer<typeof existingServerSchema>;

/** The foreign entries of one client's file, and what is wrong with the file as a whole. */
export const existingClientSchema = z.object({
  client: z.string(),
  title: z.string(),
  file: z.string(),
  findings: z.array(existingFindingSchema),
  servers: z.array(existingServerSchema),
});
export type ExistingClient = z.infer<typeof existingClientSchema>;

export const importRequestSchema = z.object({
  client: z.string(),
  /** Name of the entry in the client's file. */
  name: z.string(),
  /** Name of the docked server; absent: from the entry's name. */
  slug: z.string().optional(),
  /** Context to bind it to, in the place of the proposed one. */
  context: z.string().optional(),
  /** Takes the entry out of the client's file and puts Berth's in its place. */
  replace: z.boolean().default(false),
});

/** What an import would do. */
export const importPreviewSchema = z.object({
  proposal: importProposalSchema,
  /** The change of the client's file; null without `replace`. */
  change: clientChangeSchema.nullable(),
  /** SHA-256 of the file that this was read from. */
  baseHash: z.string().nullable(),
  /** Why it cannot be done as it stands, and the way on; null when it can. */
  blockedBy: errorInfoSchema.nullable(),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

/** What an import did. */
export const importedSchema = z.object({
  server: serverSchema,
  client: clientSchema,
  proposal: importProposalSchema,
  replaced: z.boolean(),
});
export type Imported = z.infer<typeof importedSchema>;
