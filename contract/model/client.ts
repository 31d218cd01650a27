import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';

/** One of our entries in a client's file. */
export const clientEntrySchema = z.object({
  slug: z.string(),
  /** Key in the client's file, `berth-SLUG` unless renamed (D3). */
  name: z.string(),
  /** How the client reaches the endpoint. */
  via: z.enum(['url', 'bridge']),
  state: z.enum(['installed', 'changed', 'missing']),
});

/**
 * An AI application (cli.md). States: `absent` the application was not found · `available` found, nothing of ours in it
 * · `installed` · `changed` an entry of ours was changed or removed by somebody · `unreadable` its file does not parse.
 */
export const clientSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['absent', 'available', 'installed', 'changed', 'unreadable']),
  /** The config file that Berth edits, whether it exists or not. */
  file: z.string(),
  entries: z.array(clientEntrySchema),
  /** When a client with one of our tokens (or through our bridge) last sent `initialize` or a call. */
  connectedAt: z.string().nullable(),
  /** Day on which the registry's row was last checked against the vendor's source or docs; null = unverified. */
  verifiedAt: z.string().nullable(),
  /** What to do so that a change takes effect, e.g. "Quit Claude Desktop from its tray icon and open it again." */
  reload: z.string(),
  via: z.enum(['url', 'bridge']),
  error: errorInfoSchema.nullable(),
});
export type Client = z.infer<typeof clientSchema>;

/** What a write would do, shown before it is done. Diffs show tokens as `…`. */
export const clientChangeSchema = z.object({
  client: z.string(),
  file: z.string(),
  /** The file does not exist yet. */
  creates: z.boolean(),
  /** Nothing would change. */
  noop: z.boolean(),
  /** Unified diff of the file. */
  diff: z.string(),
  /** SHA-256 of the file that the diff starts from; null when it does not exist. Pass it back to be sure that what was shown is what is written. */
  baseHash: z.string().nullable(),
  notes: z.array(z.string()),
  reload: z.string(),
});
export type ClientChange = z.infer<typeof clientChangeSchema>;
