import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';

/** How the client reaches an endpoint: by its URL with a token in the file, or over the stdio bridge, which needs none. */
export const clientViaSchema = z.enum(['url', 'bridge']);
export type ClientVia = z.infer<typeof clientViaSchema>;

/**
 * How an entry gets into a client: `file` Berth edits its config file · `cli` the vendor's own command does · `deeplink` a link that
 * makes the application ask its user · `mcpb` a bundle that the user opens in the application.
 */
export const clientRouteSchema = z.enum(['file', 'cli', 'deeplink', 'mcpb']);
export type ClientRoute = z.infer<typeof clientRouteSchema>;

/**
 * One of our entries in a client's file: `installed` as Berth wrote it · `outdated` the same, but the endpoint or the bridge has moved
 * since · `changed` by somebody else · `missing` taken out by somebody else
 * · `awaited` a link was opened, and the client's user has not confirmed it yet.
 */
export const clientEntrySchema = z.object({
  slug: z.string(),
  /** Key in the client's file, `berth-SLUG` unless renamed (D3). */
  name: z.string(),
  via: clientViaSchema,
  state: z.enum(['installed', 'outdated', 'changed', 'missing', 'awaited']),
});

export const clientActionSchema = z.enum(['install', 'uninstall']);
export type ClientAction = z.infer<typeof clientActionSchema>;

/**
 * An AI application (cli.md). States: `absent` the application was not found · `available` found, nothing of ours in it
 * · `installed` · `changed` an entry of ours is not as Berth wrote it · `wiped` all of them are gone from the file · `orphaned` they
 * are there, but the application is not · `unreadable` its file does not parse.
 */
export const clientSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['absent', 'available', 'installed', 'changed', 'wiped', 'orphaned', 'unreadable']),
  /** Whether the application itself is there: `traces` means that only a folder of its is. */
  application: z.enum(['found', 'traces', 'absent']),
  /** Whether it runs now; null where that is not looked at, since it does not matter for this client. */
  running: z.boolean().nullable(),
  /** The config file that Berth edits, whether it exists or not. */
  file: z.string(),
  /** Other config files of the same client, which Berth leaves alone. */
  otherFiles: z.array(z.string()),
  entries: z.array(clientEntrySchema),
  /** Servers that came with a bundle which the user opened in the application; only the application can take them out. */
  bundles: z.array(z.object({ slug: z.string(), version: z.string() })),
  /** When a client with one of our tokens (or through our bridge) last sent `initialize` or a call. */
  connectedAt: z.string().nullable(),
  /** What it called itself then (`initialize.clientInfo`). */
  connectedAs: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** A change that waits until the application has quit. */
  queued: z
    .object({
      action: clientActionSchema,
      slugs: z.array(z.string()),
      since: z.string(),
      /** Why it failed when its time had come. */
      problem: errorInfoSchema.nullable(),
    })
    .nullable(),
  /** What the user should know although nothing is broken, such as another client that shows the same entries. */
  warnings: z.array(z.string()),
  /** Day on which the registry's row was last checked against the vendor's source or docs; null = unverified. */
  verifiedAt: z.string().nullable(),
  /** What of it could not be verified, in sentences. */
  doubts: z.array(z.string()),
  /** Where the row's facts come from. */
  evidence: z.array(z.string()),
  /** What to do so that a change takes effect, e.g. "Quit Claude Desktop from its tray icon and open it again." */
  reload: z.string(),
  /** The way that is written unless another one is asked for; the first of `ways`. */
  via: clientViaSchema,
  ways: z.array(clientViaSchema).min(1),
  /** The one to take unless another is asked for comes first. `why` says what a route needs that is not there; null when it can be used. */
  routes: z.array(z.object({ route: clientRouteSchema, why: z.string().nullable() })),
  error: errorInfoSchema.nullable(),
});
export type Client = z.infer<typeof clientSchema>;

/** What is wrong with it in a few words, for menus and lists; null when nothing is. */
export function clientTrouble(client: Client): string | null {
  if (client.queued?.problem) return 'a change that waited has failed';
  if (client.state === 'unreadable') return 'its file cannot be read';
  if (client.state === 'wiped') return 'Berth’s entries are gone from its file';
  return client.state === 'changed' ? 'an entry is not as Berth wrote it' : null;
}

/** What a write would do, shown before it is done. Diffs show tokens as `…`. */
export const clientChangeSchema = z.object({
  client: z.string(),
  file: z.string(),
  via: clientViaSchema,
  route: clientRouteSchema,
  /** The file does not exist yet. */
  creates: z.boolean(),
  /** Nothing would change. */
  noop: z.boolean(),
  /** Unified diff of the file; empty where Berth does not write it itself. */
  diff: z.string(),
  /** What will be run or opened instead of a write, one line each: command lines, or links. */
  steps: z.array(z.string()),
  /** SHA-256 of the file that the diff starts from; null when it does not exist. Pass it back to be sure that what was shown is what is written. */
  baseHash: z.string().nullable(),
  /** The application runs and would write over a change: it takes `whenRunning` to go on. */
  blockedBy: z.string().nullable(),
  notes: z.array(z.string()),
  reload: z.string(),
});
export type ClientChange = z.infer<typeof clientChangeSchema>;

/** A link that makes a client offer one of our entries to its user. */
export const clientLinkSchema = z.object({
  slug: z.string(),
  /** Key that the entry will have. */
  name: z.string(),
  /** "Add berth-cluster to Cursor". */
  title: z.string(),
  url: z.string(),
});
export type ClientLink = z.infer<typeof clientLinkSchema>;

/** A `.mcpb` file that was written for one server. */
export const clientBundleSchema = z.object({ slug: z.string(), file: z.string() });
export type ClientBundle = z.infer<typeof clientBundleSchema>;

/**
 * What to do about an application that runs and would write over a change: `queue` write when it has quit · `restart` quit it, write,
 * open it again · `write` at once, all the same.
 */
export const whenRunningSchema = z.enum(['queue', 'restart', 'write']);
export type WhenRunning = z.infer<typeof whenRunningSchema>;

/** One write of a client's file that Berth made, newest first in lists. */
export const clientWriteSchema = z.object({
  id: z.string(),
  time: z.string(),
  client: z.string(),
  title: z.string(),
  file: z.string(),
  changes: z.array(z.object({ action: z.enum(['set', 'remove']), name: z.string() })),
  /** The write that this one took back. */
  undoes: z.string().nullable(),
  undone: z.boolean(),
  /** Why it cannot be undone any more; null when it can. */
  final: z.string().nullable(),
});
export type ClientWrite = z.infer<typeof clientWriteSchema>;

/** What became of one client when everything was uninstalled. */
export const clientUninstalledSchema = z.object({
  client: z.string(),
  title: z.string(),
  file: z.string(),
  entries: z.array(z.string()),
  error: errorInfoSchema.nullable(),
});
export type ClientUninstalled = z.infer<typeof clientUninstalledSchema>;
