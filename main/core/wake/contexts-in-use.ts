import type { Server } from '../../../contract/model/server.ts';

/** Errors that only the network explains; a server that has one waits for its cluster. */
const networkCodes: readonly string[] = ['unreachable', 'timed-out'];

/**
 * Contexts that there is a reason to ask (D20): those of servers that are up, and of servers that should run and lack nothing but
 * the network, since somebody must notice when it is back. Each once.
 */
export function contextsInUse(servers: readonly Pick<Server, 'state' | 'context' | 'error' | 'desired'>[]): string[] {
  const inUse = servers.filter(({ state, error, desired }) => {
    if (state === 'ready' || state === 'degraded') return true;
    const waits = state === 'restarting' || state === 'failed';
    return waits && desired === 'running' && error !== null && networkCodes.includes(error.code);
  });
  return [...new Set(inUse.flatMap(({ context }) => context ?? []))];
}
