import { useCallback, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import { BerthError } from '../../../contract/errors.ts';
import { proposeSlug } from '../../model/slug-proposal.ts';
import type { Session } from '../../session/session.ts';
import { asBerthError, useSession } from '../../session/session-context.tsx';

export interface DockingStep {
  readonly id: string;
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly error: ErrorInfo | null;
}

export interface DockingOrder {
  readonly context: string;
  readonly preset: { readonly id: string; readonly title: string };
  readonly clients: readonly { readonly id: string; readonly title: string }[];
}

interface Work {
  readonly id: string;
  readonly title: string;
  run(session: Session): Promise<unknown>;
}

const READY_WITHIN_MS = 120_000;

/** Carries out the first run's order step by step. A failed step stops it; `retry` goes on from there. */
export function useDocking() {
  const session = useSession();
  const [works, setWorks] = useState<readonly Work[]>([]);
  const [slug, setSlug] = useState<string | null>(null);
  const [steps, setSteps] = useState<readonly DockingStep[]>([]);

  const carryOn = useCallback(
    async (all: readonly Work[], from: number) => {
      for (const [index, work] of all.entries()) {
        if (index < from) continue;
        const mark = (state: DockingStep['state'], error: ErrorInfo | null) =>
          setSteps((last) => last.map((step) => (step.id === work.id ? { ...step, state, error } : step)));
        // A step that is tried again keeps its error in sight until there is news.
        setSteps((last) => last.map((step) => (step.id === work.id ? { ...step, state: 'running' } : step)));
        try {
          await work.run(session);
          mark('done', null);
        } catch (failure) {
          mark('failed', asBerthError(failure).toInfo());
          return;
        }
      }
    },
    [session],
  );

  const start = useCallback(
    (order: DockingOrder) => {
      const taken = session.state().status?.servers.map((server) => server.slug) ?? [];
      const name = proposeSlug(order.preset.id, 'active', taken);
      const all = worksOf(order, name);
      setSlug(name);
      setWorks(all);
      setSteps(all.map(({ id, title }) => ({ id, title, state: 'waiting', error: null })));
      void carryOn(all, 0);
    },
    [session, carryOn],
  );

  const retry = useCallback(() => {
    const failed = steps.findIndex((step) => step.state === 'failed');
    if (failed >= 0) void carryOn(works, failed);
  }, [works, steps, carryOn]);

  const reset = useCallback(() => setSteps([]), []);

  const done = steps.length > 0 && steps.every((step) => step.state === 'done');
  return { steps, slug, done, start, retry, reset };
}

function worksOf(order: DockingOrder, slug: string): Work[] {
  return [
    {
      id: 'context',
      title: `Use the context ${order.context} and see that its cluster answers`,
      run: (session) => useReachable(session, order.context),
    },
    {
      id: 'add',
      title: `Add ${order.preset.title} as ${slug}, read-only`,
      run: (session) => addOnce(session, order.preset.id, slug),
    },
    { id: 'start', title: 'Start it and wait for its answer', run: (session) => startAndWait(session, slug) },
    ...order.clients.map(({ id, title }) => ({
      id: `client-${id}`,
      title: `Install into ${title}`,
      run: (session: Session) => session.call('clients.install', { client: id, slugs: [slug] }),
    })),
  ];
}

/** A server can be up without its cluster; what is docked here must be of use. */
async function useReachable(session: Session, ref: string): Promise<void> {
  const context = await session.call('contexts.probe', { context: ref });
  if (context.error) throw BerthError.from(context.error);
  if (context.reachable === false) {
    throw new BerthError('unreachable', `The cluster of ${ref} does not answer.`, {
      hint: 'Check VPN and network, or choose another context.',
    });
  }
  await session.call('contexts.use', { context: ref });
}

/** Adding again after a failure that came later must not fail because it is there. */
async function addOnce(session: Session, preset: string, slug: string): Promise<void> {
  const there = (await session.call('servers.list')).some((server) => server.slug === slug);
  if (!there) await session.call('servers.add', { preset, slug, context: 'active', guard: 'read-only', start: false });
}

async function startAndWait(session: Session, slug: string): Promise<void> {
  const [server] = await session.call('servers.start', { slugs: [slug], waitMs: READY_WITHIN_MS });
  if (server?.state === 'ready') return;
  if (server?.error) throw BerthError.from(server.error);
  throw new BerthError('timed-out', `${slug} is not ready: it is ${server?.state ?? 'gone'}.`, {
    hint: 'Look at its log, then try again.',
  });
}
