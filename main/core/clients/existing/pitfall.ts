import { z } from 'zod';
import { findingSeveritySchema } from '../../../../contract/model/existing.ts';
import { transportSchema } from '../../../../contract/model/server.ts';

/**
 * A known mistake in one client's entries, as its row tells it: an entry that has all fields `present`, none of `absent` and the
 * values of `equals`. Fields are the entry's own, a dot leads one level down.
 */
export const pitfallSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  severity: findingSeveritySchema,
  present: z.array(z.string().min(1)).default([]),
  absent: z.array(z.string().min(1)).default([]),
  equals: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).default({}),
  /** What the client takes such an entry for. */
  transport: transportSchema.optional(),
  /** What happens, as the end of a sentence that begins with the entry's name, e.g. "has `url` without `type`, which …". */
  says: z.string().min(1),
  remedy: z.string().min(1),
});
export type Pitfall = z.output<typeof pitfallSchema>;

/** Whether an entry, as it stands in the file, is a case of this mistake. */
export function fallsInto(pitfall: Pitfall, entry: unknown): boolean {
  return (
    pitfall.present.every((field) => fieldAt(entry, field) !== undefined) &&
    pitfall.absent.every((field) => fieldAt(entry, field) === undefined) &&
    Object.entries(pitfall.equals).every(([field, value]) => fieldAt(entry, field) === value)
  );
}

function fieldAt(entry: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, entry);
}
