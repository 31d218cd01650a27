import type { Server } from '../../../contract/model/server.ts';
import { isNetworkFailure } from '../supervisor/network-failure.ts';

/**
 * Contexts that there is a reason to ask (D20): those of servers that are up, and of servers that should run and lack nothing but
 * the network, since somebody must notice when it is back. Each once.
 */
export function contextsInUse(servers: readonly Pick<Server, 'state' | 'context' | 'error' | 'desired'>[]): string[] {
  const inUse = servers.filter(({ state, error, desired }) => {
    if (state === 'ready' || state === 'degraded') return true;
    const waits = state === 'restarting' || state === 'failed';
    return waits && desired === 'running' && isNetworkFailure(error);
  });
  return [...new Set(inUse.flatMap(({ context }) => context ?? []))];
}
