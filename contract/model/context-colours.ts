/**
 * Names of the colours by which a user tells contexts apart. Not among them: production's own colour, and those of states. Each shell
 * paints them as it can; a name is stable.
 */
export const contextColours = ['blue', 'cyan', 'green', 'olive', 'brown', 'violet', 'slate'] as const;
