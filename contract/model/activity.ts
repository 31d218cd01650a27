import { z } from 'zod';

/** One call that went through an endpoint, as the gateway saw it. Arguments are not kept here. */
export const callRecordSchema = z.object({
  id: z.number().int(),
  time: z.string(),
  slug: z.string(),
  /** Who: the client's id or token name; `inspector` and `cli` for Berth's own. */
  client: z.string(),
  context: z.string().nullable(),
  method: z.string(),
  tool: z.string().nullable(),
  outcome: z.enum(['ok', 'tool-error', 'error', 'refused', 'cancelled']),
  /** Why it did not succeed. */
  reason: z.string().nullable(),
  ms: z.number(),
});
export type CallRecord = z.infer<typeof callRecordSchema>;
