/** What may pass an endpoint (decision D15). */
export const guardLevels = ['full', 'ask', 'read-only'] as const;
