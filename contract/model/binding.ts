/** What a server is bound to: the active context, no cluster at all, or one context by its reference (D2). */
export const ACTIVE_CONTEXT = 'active';
export const NO_CONTEXT = 'none';
