import { z } from 'zod';

/**
 * A call that the guard `ask` holds until a person decides (D16). `waiting`: the client waits for its answer · `asked`: it was told to ask
 * again, and may be approved still · `approved`: it may pass once, when the client asks again.
 */
export const approvalSchema = z.object({
  /** Short, for the command line. */
  id: z.string(),
  /** When it was asked for first, ISO 8601. */
  time: z.string(),
  state: z.enum(['waiting', 'asked', 'approved']),
  /** Until when it stays here, ISO 8601. */
  expiresAt: z.string(),
  slug: z.string(),
  context: z.string().nullable(),
  production: z.boolean(),
  client: z.string(),
  tool: z.string(),
  /** The arguments as JSON, redacted: what looks like a secret is hidden here and sent as it is. Nothing in it is invisible. */
  arguments: z.string(),
  /** SHA-256 of tool and arguments, in hex: an approval is for exactly this call. */
  argumentHash: z.string(),
});
/** How many places of the arguments are hidden from who decides. */
export function hiddenPlaces({ arguments: text }: { readonly arguments: string }): number {
  return text.split('[redacted').length - 1;
}

export type Approval = z.infer<typeof approvalSchema>;
