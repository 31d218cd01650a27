import { z } from 'zod';
import { callRecordSchema } from './activity.ts';
import { guardLevelSchema } from './guard.ts';

/** One call as the audit log keeps it: one JSON line in `audit.jsonl`. Times are ISO 8601, durations ms, sizes bytes. */
export const auditEntrySchema = callRecordSchema.omit({ id: true }).extend({
  /** Tells the client's sessions apart; it opens nothing. */
  session: z.string(),
  /** Name and version as the client gave them at `initialize`. */
  clientInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** What held when the call was decided; null for what no guard looks at. */
  guard: guardLevelSchema.nullable(),
  /** What a person decided about it (D16); null where none was asked. */
  approval: z.enum(['approved', 'denied', 'unanswered']).nullable().default(null),
  /** The arguments as JSON, redacted and cut after 16,384 characters; null where there are none. */
  arguments: z.string().nullable(),
  /** SHA-256 of tool and arguments, in hex: the same for the same call, whatever the order of its keys. */
  argumentHash: z.string().nullable(),
  /** Of the arguments as JSON, before redaction. */
  argumentBytes: z.number().int(),
  /** Of the whole answer as it was sent; 0 when none was. */
  answerBytes: z.number().int(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Everything that is given must match. */
export const auditFilterSchema = z.object({
  slug: z.string().optional(),
  client: z.string().optional(),
  context: z.string().optional(),
  tool: z.string().optional(),
  outcomes: z.array(callRecordSchema.shape.outcome).optional(),
  /** Only `tools/call`, without listings and the like. */
  toolsOnly: z.boolean().optional(),
  /** ISO 8601, both inclusive. */
  since: z.string().optional(),
  until: z.string().optional(),
  /** Found anywhere in the entry, in any case. */
  text: z.string().optional(),
  /** The newest so many. Default 200, at most 10,000. */
  limit: z.number().int().min(1).max(10_000).optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;
