import { z } from 'zod';

/** One line from Berth to the keychain's process. Values travel over its stdin only: argv and environment can be read by others. */
export const keytarRequestSchema = z.discriminatedUnion('op', [
  z.object({ id: z.number().int(), op: z.literal('get'), service: z.string(), name: z.string() }),
  z.object({ id: z.number().int(), op: z.literal('set'), service: z.string(), name: z.string(), value: z.string() }),
  z.object({ id: z.number().int(), op: z.literal('delete'), service: z.string(), name: z.string() }),
  z.object({ id: z.number().int(), op: z.literal('list'), service: z.string() }),
  /** Whether a keychain answers at all; never opens an unlock prompt. */
  z.object({ id: z.number().int(), op: z.literal('probe'), service: z.string() }),
]);
export type KeytarRequest = z.infer<typeof keytarRequestSchema>;
/** A request before it gets its number. */
export type KeytarOperation = KeytarRequest extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

/** One line back: the value, whether something was deleted, or the names. */
export const keytarResponseSchema = z.union([
  z.object({
    id: z.number().int(),
    ok: z.literal(true),
    data: z.union([z.string(), z.null(), z.boolean(), z.array(z.string())]),
  }),
  z.object({ id: z.number().int(), ok: z.literal(false), error: z.string() }),
]);
export type KeytarResponse = z.infer<typeof keytarResponseSchema>;
