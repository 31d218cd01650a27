import { z } from 'zod';
import { approvalSchema } from './model/approval.ts';
import { auditEntrySchema, auditFilterSchema } from './model/audit.ts';
import {
  clientActionSchema,
  clientBundleSchema,
  clientChangeSchema,
  clientLinkSchema,
  clientRouteSchema,
  clientSchema,
  clientUninstalledSchema,
  clientViaSchema,
  clientWriteSchema,
  whenRunningSchema,
} from './model/client.ts';
import { contextSchema, contextSettingsInputSchema, kubeSourceSchema } from './model/context.ts';
import { existingClientSchema, importedSchema, importPreviewSchema, importRequestSchema } from './model/existing.ts';
import { toolResultSchema, toolSchema } from './model/inspector.ts';
import { installPlanSchema } from './model/install.ts';
import { logExportPartSchema, logExportRequestSchema, logFilterSchema, logLineSchema } from './model/log.ts';
import { presetSchema } from './model/preset.ts';
import { addServerSchema, serverSchema, updateServerSchema } from './model/server.ts';
import { settingsPatchSchema, settingsSchema } from './model/settings.ts';
import { capabilitiesSchema, statusSchema } from './model/status.ts';

const none = z.void().or(z.null()).optional();
const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });

const slugs = z.object({
  /** Empty or absent with `all`. */
  slugs: z.array(z.string()).default([]),
  all: z.boolean().default(false),
  /** How long to wait for the state, in ms; 0 = return at once. */
  waitMs: z.number().int().min(0).max(600_000).default(60_000),
});

/**
 * Every call between a UI (window, tray, CLI) and the core: input and output. Handlers are a mapped type over this, so a
 * missing one does not compile. Both sides of each call are validated by the dispatcher.
 */
export const calls = {
  /** First call of every connection: refuses a peer that speaks another contract. */
  'app.hello': call(
    z.object({ contract: z.number().int(), who: z.string().default('ui') }),
    z.object({
      contract: z.number().int(),
      version: z.string(),
      shell: z.enum(['desktop', 'headless']),
      pid: z.number().int(),
    }),
  ),
  'app.status': call(none, statusSchema),
  'app.capabilities': call(none, capabilitiesSchema),
  /** Shows the window, or answers the one-time URL for a browser. */
  'app.open': call(none, z.object({ url: z.string().nullable() })),
  /** Stops all servers and ends Berth; answers before it does. `handover` when a desktop takes over from headless (D5). */
  'app.quit': call(z.object({ handover: z.boolean().default(false) }).optional(), z.null()),
  /** Opens a file picker of the shell; null when the user cancelled. `unsupported` where `capabilities.filePicker` is false. */
  'app.pickPath': call(z.object({ kind: z.enum(['file', 'folder']) }), z.string().nullable()),
  /** Opens an https link that presets or docs name in the user's browser. Desktop only; other shells use the browser's own links. */
  'app.openExternal': call(z.object({ url: z.string() }), z.null()),

  'contexts.list': call(z.object({ probe: z.boolean().default(false) }).optional(), z.array(contextSchema)),
  'contexts.probe': call(z.object({ context: z.string() }), contextSchema),
  /** Switches the active context and returns when the endpoints answer from it (D18, D19). */
  'contexts.use': call(z.object({ context: z.string(), force: z.boolean().default(false) }), contextSchema),
  'contexts.set': call(z.object({ context: z.string(), changes: contextSettingsInputSchema }), contextSchema),
  'sources.list': call(none, z.array(kubeSourceSchema)),
  'sources.add': call(z.object({ path: z.string() }), kubeSourceSchema),
  'sources.remove': call(z.object({ path: z.string() }), z.null()),
  /** Starts or stops the demo clusters; `keep` remembers the choice (D27). */
  'demo.set': call(z.object({ on: z.boolean(), keep: z.boolean().default(true) }), z.array(contextSchema)),

  'presets.list': call(z.object({ refresh: z.boolean().default(false) }).optional(), z.array(presetSchema)),
  /** What installing this preset's program would do on this machine; does nothing. `unsupported` for presets that have no way. */
  'presets.plan': call(z.object({ preset: z.string() }), installPlanSchema),
  /** Removes what Berth installed of this preset; `conflict` while a server runs from it. */
  'presets.uninstall': call(z.object({ preset: z.string() }), z.null()),

  'servers.list': call(none, z.array(serverSchema)),
  'servers.get': call(z.object({ slug: z.string() }), serverSchema),
  'servers.add': call(addServerSchema, serverSchema),
  'servers.update': call(updateServerSchema, serverSchema),
  'servers.remove': call(z.object({ slug: z.string() }), z.null()),
  'servers.start': call(slugs, z.array(serverSchema)),
  'servers.stop': call(slugs, z.array(serverSchema)),
  'servers.restart': call(slugs, z.array(serverSchema)),
  /** Tools as an AI client sees them: through the gateway; with the slug `all`, those of all servers. */
  'servers.tools': call(z.object({ slug: z.string() }), z.array(toolSchema)),
  /** Calls a tool through the gateway. */
  'servers.call': call(
    z.object({
      slug: z.string(),
      tool: z.string(),
      args: z.record(z.string(), z.unknown()).default({}),
      who: z.string().default('cli'),
    }),
    toolResultSchema,
  ),

  /** Oldest first. */
  'approvals.list': call(none, z.array(approvalSchema)),
  /** `not-found` for a call that was decided, taken back or has expired. */
  'approvals.decide': call(z.object({ id: z.string(), approve: z.boolean() }), approvalSchema),

  /** Newest first. */
  'audit.query': call(auditFilterSchema.optional(), z.array(auditEntrySchema)),

  'logs.query': call(logFilterSchema.optional(), z.array(logLineSchema)),
  /** A part of what is kept on disk, oldest first; asked again with the cursor of the answer until that is null. */
  'logs.export': call(logExportRequestSchema, logExportPartSchema),

  'clients.list': call(none, z.array(clientSchema)),
  /** `route` absent, here and below: the first of the client's `routes` that fits the way. */
  'clients.preview': call(
    z.object({
      client: z.string(),
      slugs: z.array(z.string()),
      action: clientActionSchema,
      via: clientViaSchema.optional(),
      route: clientRouteSchema.optional(),
    }),
    clientChangeSchema,
  ),
  'clients.install': call(
    z.object({
      client: z.string(),
      slugs: z.array(z.string()).min(1),
      via: clientViaSchema.optional(),
      route: clientRouteSchema.optional(),
      baseHash: z.string().nullable().optional(),
      whenRunning: whenRunningSchema.optional(),
    }),
    clientSchema,
  ),
  /**
   * Links that add servers to a client, and from now on Berth waits for their entries. `open`: the desktop opens them (`opened`); elsewhere
   * the caller has to. None for servers that the client has already.
   */
  'clients.link': call(
    z.object({ client: z.string(), slugs: z.array(z.string()).min(1), open: z.boolean().default(false) }),
    z.object({ client: clientSchema, links: z.array(clientLinkSchema), opened: z.boolean() }),
  ),
  /** Writes one bundle for each server: to the absolute path `output` (with several servers a folder), else into Berth's state. `open` as for links. */
  'clients.bundle': call(
    z.object({
      client: z.string(),
      slugs: z.array(z.string()).min(1),
      output: z.string().optional(),
      open: z.boolean().default(false),
    }),
    z.object({ client: clientSchema, bundles: z.array(clientBundleSchema), opened: z.boolean() }),
  ),
  /** Without slugs: everything of ours in that client. */
  'clients.uninstall': call(
    z.object({
      client: z.string(),
      slugs: z.array(z.string()).default([]),
      route: clientRouteSchema.optional(),
      baseHash: z.string().nullable().optional(),
      whenRunning: whenRunningSchema.optional(),
    }),
    clientSchema,
  ),

  /** Writes every entry that is not as Berth wrote it anew, each in its own way. */
  'clients.repair': call(z.object({ client: z.string(), whenRunning: whenRunningSchema.optional() }), clientSchema),
  /** Takes a change back that waits until an application has quit. */
  'clients.cancelQueued': call(z.object({ client: z.string() }), clientSchema),
  /** Everything of Berth, out of every client. A client that refuses keeps no other from it. */
  'clients.uninstallAll': call(
    z.object({ whenRunning: whenRunningSchema.optional() }).optional(),
    z.array(clientUninstalledSchema),
  ),
  /** Newest first. */
  'clients.history': call(none, z.array(clientWriteSchema)),
  /** Without an id: the last write that still stands. */
  'clients.undoPreview': call(z.object({ id: z.string().optional() }).optional(), clientChangeSchema),
  'clients.undo': call(
    z.object({
      id: z.string().optional(),
      baseHash: z.string().nullable().optional(),
      whenRunning: whenRunningSchema.optional(),
    }),
    clientSchema,
  ),

  /** The servers in clients' files that are not Berth's, what is wrong with them, and what Berth would dock in their place. */
  'clients.existing': call(z.object({ client: z.string().optional() }).optional(), z.array(existingClientSchema)),
  /** What taking one of them into Berth would do; does nothing. */
  'clients.importPreview': call(importRequestSchema, importPreviewSchema),
  /** Docks it, moves its secrets into the keychain and, with `replace`, puts Berth's entry in its place: all of it or nothing. */
  'clients.import': call(
    importRequestSchema.extend({
      /** From the preview: another file than was shown is a conflict. */
      baseHash: z.string().nullable().optional(),
      start: z.boolean().default(true),
      /** A change of this kind cannot wait until the application has quit: its server is docked at once. */
      whenRunning: whenRunningSchema.exclude(['queue']).optional(),
    }),
    importedSchema,
  ),

  /** Mints a token under a name (D23) for a server, with `all` for all of them, or with `metrics` for `/metrics`; the only time that it is shown. */
  'endpoint.mint': call(
    z.object({ slug: z.string(), name: z.string().min(1, 'it is empty').max(64, 'use at most 64 characters') }),
    z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
  ),
  /**
   * Text to paste into a client's file, or to run. `format`: a client's id, `json` (`mcpServers`), `claude-cli` or `curl`; `vscode`, `toml` and
   * `yaml` are those of VS Code, Codex and Goose. By URL a token is minted under `name`, and the text is the only place where it is shown.
   */
  'endpoint.snippet': call(
    z.object({
      slug: z.string(),
      format: z.string(),
      name: z.string().min(1, 'it is empty').max(64, 'use at most 64 characters').default('manual'),
      via: clientViaSchema.optional(),
    }),
    z.object({
      text: z.string(),
      via: clientViaSchema,
      /** The file that it belongs into; null when it is to be run, or nobody knows. */
      file: z.string().nullable(),
      /** A token that opens the endpoint is in the text. */
      secret: z.boolean(),
    }),
  ),
  /** Ends all tokens of that name; answers how many. */
  'endpoint.revoke': call(z.object({ name: z.string() }), z.object({ revoked: z.number().int() })),
  'endpoint.tokens': call(
    none,
    z.array(z.object({ name: z.string(), slug: z.string(), createdAt: z.string(), lastUsedAt: z.string().nullable() })),
  ),

  'secrets.list': call(none, z.array(z.object({ name: z.string(), usedBy: z.array(z.string()) }))),
  'secrets.set': call(
    z.object({
      name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'use 1 to 64 letters, digits, ".", "_" and "-"'),
      value: z.string().min(1, 'it is empty'),
    }),
    z.null(),
  ),
  'secrets.remove': call(z.object({ name: z.string() }), z.null()),

  'settings.get': call(none, z.object({ path: z.string(), settings: settingsSchema })),
  'settings.update': call(settingsPatchSchema, settingsSchema),
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>;
export type ParsedInput<N extends CallName> = z.output<Calls[N]['input']>;
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>;

/** What handlers know about a call: a signal that aborts when the caller cancels or goes away. */
export interface CallContext {
  readonly signal: AbortSignal;
}

export type Handlers = {
  [N in CallName]: (input: ParsedInput<N>, context: CallContext) => Promise<CallOutput<N>> | CallOutput<N>;
};
