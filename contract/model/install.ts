import { z } from 'zod';

/** Ways to get a program: a package of npm, a plugin of krew, a program that Go builds. */
export const installRouteSchema = z.enum(['npm', 'krew', 'go']);
export type InstallRoute = z.infer<typeof installRouteSchema>;

/** What one route would do, before it does anything. */
export const plannedRouteSchema = z.object({
  route: installRouteSchema,
  /** What happens, in one line. */
  title: z.string(),
  /** The version that it gives; null when the route gives the newest that there is. */
  version: z.string().nullable(),
  /** What is downloaded, without credentials; null for routes that run a command. */
  url: z.string().nullable(),
  /** The exact command and its arguments; null for downloads, which run nothing. */
  command: z.array(z.string()).nullable(),
  /** Variables that are set besides the login shell's. */
  env: z.record(z.string(), z.string()),
  /** The same as one line for a shell; null for downloads. */
  commandLine: z.string().nullable(),
  /** Where the program will be. */
  folder: z.string(),
  /** What a user should know before, e.g. that certificates are not checked. */
  notes: z.array(z.string()),
  /** Why it cannot be used on this machine, and what to do; null when it can. */
  unavailable: z.object({ reason: z.string(), remedy: z.string() }).nullable(),
});
export type PlannedRoute = z.infer<typeof plannedRouteSchema>;

/** How a preset's program can be installed into Berth's own folder. The first route that is available is the proposal. */
export const installPlanSchema = z.object({
  preset: z.string(),
  routes: z.array(plannedRouteSchema),
});
export type InstallPlan = z.infer<typeof installPlanSchema>;

/** What an installation under way tells. `done` is the last; a failure ends the stream with its error. */
export const installEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), title: z.string() }),
  /** Bytes downloaded so far; `total` is null when the registry does not say. */
  z.object({ type: z.literal('bytes'), done: z.number().int(), total: z.number().int().nullable() }),
  /** A line of the command's output. */
  z.object({ type: z.literal('line'), text: z.string() }),
  z.object({
    type: z.literal('done'),
    path: z.string(),
    version: z.string().nullable(),
  }),
]);
export type InstallEvent = z.infer<typeof installEventSchema>;

/** The proposal of a plan: the first route that can be used here. */
export function proposedRoute(plan: InstallPlan): PlannedRoute | null {
  return plan.routes.find((route) => route.unavailable === null) ?? null;
}
