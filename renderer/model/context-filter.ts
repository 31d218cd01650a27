import type { Context } from '../../contract/model/context.ts';

export const contextFilters = ['all', 'in use', 'production', 'attention'] as const;
export type ContextFilter = (typeof contextFilters)[number];

/** Contexts that fit a filter and hold every word of the search in their name, label, cluster, user, namespace or address. */
export function filterContexts(
  contexts: readonly Context[],
  { search, filter, inUse }: { search: string; filter: ContextFilter; inUse: ReadonlySet<string> },
): Context[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return contexts.filter((context) => fits(context, filter, inUse) && words.every((word) => holds(context, word)));
}

function fits(context: Context, filter: ContextFilter, inUse: ReadonlySet<string>): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'in use':
      return inUse.has(context.ref);
    case 'production':
      return context.production;
    case 'attention':
      return context.error !== null || (context.expiry !== null && context.expiry.state !== 'ok');
  }
}

function holds({ ref, label, cluster, user, namespace, apiServer }: Context, word: string): boolean {
  return [ref, label, cluster, user, namespace, apiServer].some((text) => text?.toLowerCase().includes(word));
}
