import { z } from 'zod';

/** Stands where a slug stands and means all servers as one (D1). */
export const ALL = 'all';

export const allModes = ['tools', 'search'] as const;
/** What the endpoint of all servers shows: every tool, or only how to find and call one. */
export const allModeSchema = z.enum(allModes);
export type AllMode = z.infer<typeof allModeSchema>;

/** Words of the modes, the same in the window and in the CLI. */
export const allModeWords: Readonly<Record<AllMode, string>> = {
  tools: 'every tool',
  search: 'search for tools',
};

/** The endpoint of all servers, as the status shows it. */
export const allEndpointSchema = z.object({
  mode: allModeSchema,
  endpoint: z.object({ http: z.string(), sse: z.string() }),
  clients: z.array(z.object({ name: z.string(), lastSeen: z.string().nullable() })),
});
export type AllEndpoint = z.infer<typeof allEndpointSchema>;
