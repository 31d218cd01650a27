import { ALL } from '../../../contract/model/all.ts';
import type { ServerManager } from './server-manager.ts';

/** Throws `not-found` for what has no endpoint: neither a docked server nor all of them. */
export function requireEndpoint(servers: Pick<ServerManager, 'get'>, slug: string): void {
  if (slug !== ALL) servers.get(slug);
}
