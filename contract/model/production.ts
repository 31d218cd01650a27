const productionWords = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

/** Whether a context's name looks like production: a proposal that the user can overrule. */
export function looksLikeProduction(contextName: string): boolean {
  return productionWords.test(contextName);
}
