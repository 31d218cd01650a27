import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';
import { ALL } from './all.ts';
import { guardLevelSchema } from './guard.ts';
import { sharingSchema } from './sharing.ts';
import { exposedListeners, limitsPatchSchema, limitsSchema, listenerSchema, resourcesSchema } from './usage.ts';

/** Decision D1. */
export const slugPattern = /^[a-z0-9][a-z0-9-]{0,39}$/;
export const reservedSlugs: readonly string[] = [ALL, 'healthz', 'metrics', 'ui', 'auth'];
export const slugSchema = z
  .string()
  .regex(slugPattern, 'use 1 to 40 of a-z, 0-9 and "-", not starting with "-"')
  .refine((slug) => !reservedSlugs.includes(slug), 'this name is reserved');

export const serverStates = ['stopped', 'starting', 'ready', 'degraded', 'restarting', 'stopping', 'failed'] as const;
export const serverStateSchema = z.enum(serverStates);
export type ServerState = z.infer<typeof serverStateSchema>;

/** Words of the states, the same in the window and in the tray. */
export const stateWords: Readonly<Record<ServerState, string>> = {
  stopped: 'Stopped',
  starting: 'Starting',
  ready: 'Ready',
  degraded: 'Degraded',
  restarting: 'Restarting',
  stopping: 'Stopping',
  failed: 'Failed',
};

export const transportSchema = z.enum(['stdio', 'http', 'sse']);
export type Transport = z.infer<typeof transportSchema>;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const namespaceSchema = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a namespace is 1 to 63 of a-z, 0-9 and "-", with none at its ends');

export const optionValueSchema = z.union([z.string(), z.number(), z.boolean()]);
export type OptionValue = z.infer<typeof optionValueSchema>;

/**
 * A docked server, as `-o json`, the status stream and the UI show it (cli.md). Times are ISO 8601, durations in ms.
 */
export const serverSchema = z.object({
  slug: slugSchema,
  preset: z.string(),
  /** Reference of the context that it works on now; null when bound to none or when it cannot be resolved. */
  context: z.string().nullable(),
  /** `active`, `none` or the context's reference. */
  boundTo: z.string(),
  transport: transportSchema,
  state: serverStateSchema,
  pid: z.number().int().nullable(),
  startedAt: z.string().nullable(),
  restarts: z.number().int(),
  protocolVersion: z.string().nullable(),
  serverInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** Number of tools that pass the guard; null until listed. */
  tools: z.number().int().nullable(),
  /** The guard that the user chose. */
  guard: guardLevelSchema,
  /** The stricter of `guard` and the context's cap: what holds now. */
  effectiveGuard: guardLevelSchema,
  clients: z.array(z.object({ name: z.string(), lastSeen: z.string().nullable() })),
  endpoint: z.object({ http: z.string(), sse: z.string().nullable() }),
  error: errorInfoSchema.nullable(),
  /** The context is marked production. */
  production: z.boolean(),
  /** The cluster answered when last asked; null when nothing had a reason to ask (D20). */
  reachable: z.boolean().nullable(),
  /** Whether it should run: what the user asked for last, kept over restarts of Berth. */
  desired: z.enum(['running', 'stopped']),
  /** Calls in each of the last ten minutes, oldest first. */
  callsPerMinute: z.array(z.number().int()),
  namespace: z.string().nullable(),
  /** Options as set by the user; secret values appear as `secret:NAME` references only. */
  options: z.record(z.string(), optionValueSchema),
  /** Tools that the user has switched off: not listed and never let through. */
  toolsOff: z.array(z.string()),
  /** Things that a user should know about this server, e.g. D22. */
  warnings: z.array(z.string()),
  /** What its processes use; null when it does not run, is not measured yet, or cannot be measured on this system. */
  resources: resourcesSchema.nullable(),
  limits: limitsSchema,
  /** Which sessions share its process. */
  sharing: sharingSchema,
  /** How many clients have a process, or a session with the upstream, of their own now. */
  dedicated: z.number().int(),
  /** Where its processes take TCP connections; null when that is not known, which is not the same as nowhere. */
  listeners: z.array(listenerSchema).nullable(),
});
export type Server = z.infer<typeof serverSchema>;

export const addServerSchema = z.object({
  preset: z.string(),
  slug: slugSchema.optional(),
  /** A context's reference, `active` (default) or `none`. */
  context: z.string().optional(),
  namespace: namespaceSchema.optional(),
  transport: transportSchema.optional(),
  options: z.record(z.string(), optionValueSchema).optional(),
  guard: guardLevelSchema.optional(),
  limits: limitsSchema.optional(),
  sharing: sharingSchema.optional(),
  start: z.boolean().optional(),
});
export type AddServer = z.infer<typeof addServerSchema>;

/** A change to a docked server. Absent = unchanged; `null` for an option or the namespace = back to the default. */
export const updateServerSchema = z.object({
  slug: z.string(),
  context: z.string().optional(),
  namespace: namespaceSchema.nullable().optional(),
  guard: guardLevelSchema.optional(),
  options: z.record(z.string(), optionValueSchema.nullable()).optional(),
  /** Tools to switch on (true) or off, by name. */
  tools: z.record(z.string().min(1), z.boolean()).optional(),
  limits: limitsPatchSchema.optional(),
  /** For sessions that begin from now on; null: as the preset says. */
  sharing: sharingSchema.nullable().optional(),
});
export type UpdateServer = z.infer<typeof updateServerSchema>;

export type Health = 'ok' | 'warn' | 'bad' | 'off';

/** The light of one server: `off` for one that is stopped on purpose. */
export function healthOf(server: Pick<Server, 'state'>): Health {
  switch (server.state) {
    case 'ready':
      return 'ok';
    case 'failed':
      return 'bad';
    case 'stopped':
      return 'off';
    default:
      return 'warn';
  }
}

const severity: Record<Health, number> = { off: 0, ok: 1, warn: 2, bad: 3 };

/** The tray's light: the worst health of all servers, `off` when none runs. One that is open to the network is bad (D41). */
export function worstHealth(servers: readonly (Pick<Server, 'state'> & Partial<Pick<Server, 'listeners'>>)[]): Health {
  return servers
    .map((server) => (exposedListeners({ listeners: server.listeners ?? null }).length > 0 ? 'bad' : healthOf(server)))
    .reduce<Health>((worst, next) => (severity[next] > severity[worst] ? next : worst), 'off');
}
