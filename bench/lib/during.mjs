/**
 * Runs `body` with something that is stopped whatever happens. When the body fails, its own error comes first.
 * @template {{ stop(): Promise<void> }} T
 * @template R
 * @param {Promise<T>} opening
 * @param {(thing: T) => Promise<R>} body
 * @returns {Promise<R>}
 */
export async function during(opening, body) {
  const thing = await opening;
  let result;
  try {
    result = await body(thing);
  } catch (error) {
    await thing.stop().catch((after) => console.error(after.message));
    throw error;
  }
  await thing.stop();
  return result;
}
