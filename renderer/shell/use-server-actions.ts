import { useMemo } from 'react';
import type { Server } from '../../contract/model/server.ts';
import { count } from '../model/words.ts';
import { useSession } from '../session/session-context.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { navigate } from './use-route.ts';

export type ServerVerb = 'start' | 'stop' | 'restart';

const waitMs = 90_000;

/** Whether a verb makes sense for a server as it is now. */
export function mayDo(verb: ServerVerb, { state }: Pick<Server, 'state'>): boolean {
  const down = state === 'stopped' || state === 'failed';
  if (verb === 'start') return down;
  if (verb === 'stop') return state !== 'stopped' && state !== 'stopping';
  return !down && state !== 'stopping';
}

/** Starts, stops and restarts servers. What becomes of it is in the status; only what went wrong is told here too. */
export function useServerActions(): (verb: ServerVerb, slugs: readonly string[]) => Promise<void> {
  const session = useSession();
  const toasts = useToasts();
  return useMemo(() => {
    const act = async (verb: ServerVerb, slugs: readonly string[]): Promise<void> => {
      try {
        const servers = await session.call(`servers.${verb}`, { slugs: [...slugs], waitMs });
        const failed = verb === 'stop' ? [] : servers.filter((server) => server.state === 'failed');
        const [first] = failed;
        if (!first) return;
        const message =
          failed.length === 1
            ? `${first.slug} could not ${verb}: ${first.error?.message ?? 'see its log'}`
            : `${count(failed.length, 'server')} could not ${verb}.`;
        toasts.failed(message, {
          hint: failed.length === 1 ? first.error?.hint : undefined,
          actions: [
            { label: 'Open log', run: () => navigate('logs', [], { server: first.slug }) },
            { label: 'Test connection', run: () => navigate('doctor', [], { target: `server:${first.slug}` }) },
          ],
        });
      } catch (error) {
        toasts.error(error, { label: 'Try again', run: () => void act(verb, slugs) });
      }
    };
    return act;
  }, [session, toasts]);
}
