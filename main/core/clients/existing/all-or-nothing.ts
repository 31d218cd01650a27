/** Something that was done, and how it is undone. */
export type Undo = () => Promise<unknown>;

/**
 * Runs steps in their order. When one fails, those before it are undone, last first, and its error is passed on; an undoing that fails
 * too does not hold up the others.
 */
export async function allOrNothing<T>(work: (did: (undo: Undo) => void) => Promise<T>): Promise<T> {
  const undoings: Undo[] = [];
  try {
    return await work((undo) => undoings.push(undo));
  } catch (error) {
    for (const undo of undoings.reverse()) await undo().catch(() => undefined);
    throw error;
  }
}
