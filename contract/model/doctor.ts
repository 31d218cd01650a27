import { z } from 'zod';

/** One rung of the layered test: parse → exec plugin → DNS/TCP/TLS → /version → access review → process → initialize → tools → a safe read. */
export const checkResultSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** What it was asked of: `berth`, `context:REF`, `server:SLUG`, `client:ID`. */
  target: z.string(),
  outcome: z.enum(['pass', 'warn', 'fail', 'skip']),
  /** What was seen, in one line; redacted. */
  evidence: z.string(),
  /** What to do about it. */
  remedy: z.string().nullable(),
  ms: z.number(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;
