import type { Server } from '../../contract/model/server.ts';

/** The server that most needs a look, and how many others do: failed before degraded, production first. Null when all is well. */
export function worstFailure(servers: readonly Server[]): { server: Server; others: number } | null {
  const troubled = servers
    .filter((server) => server.state === 'failed' || (server.state === 'degraded' && server.error))
    .sort((one, other) => rank(other) - rank(one));
  const [server] = troubled;
  return server ? { server, others: troubled.length - 1 } : null;
}

function rank(server: Server): number {
  return (server.state === 'failed' ? 2 : 0) + (server.production ? 1 : 0);
}
