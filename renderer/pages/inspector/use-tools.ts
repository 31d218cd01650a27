import type { CallOutput } from '../../../contract/calls.ts';
import type { Server } from '../../../contract/model/server.ts';
import { type Loaded, useLoaded } from '../../session/session-context.tsx';

/** A server's tools through its endpoint; asked again when what they depend on changes. */
export function useTools(server: Server): Loaded<CallOutput<'servers.tools'>> {
  const key = JSON.stringify([
    server.slug,
    server.state,
    server.tools,
    server.effectiveGuard,
    server.context,
    server.startedAt,
  ]);
  return useLoaded<'servers.tools'>(key, (session, signal) =>
    session.call('servers.tools', { slug: server.slug }, { signal }),
  );
}
