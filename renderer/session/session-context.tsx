import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { CallName, CallOutput } from '../../contract/calls.ts';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../contract/errors.ts';
import type { Context } from '../../contract/model/context.ts';
import type { Server } from '../../contract/model/server.ts';
import type { Capabilities, Status } from '../../contract/model/status.ts';
import type { Session, SessionState } from './session.ts';

const SessionContext = createContext<Session | null>(null);
const CapabilitiesContext = createContext<Capabilities | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  const connection = useSyncExternalStore(session.subscribe, () => session.state().connection);
  const [capabilities, setCapabilities] = useState<Capabilities | null>(null);
  useEffect(() => {
    if (connection === 0) return;
    // A lost connection has its own banner; the next one asks again.
    session.call('app.capabilities').then(setCapabilities, () => {});
  }, [session, connection]);
  return (
    <SessionContext value={session}>
      <CapabilitiesContext value={capabilities}>{children}</CapabilitiesContext>
    </SessionContext>
  );
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('there is no session above this component');
  return session;
}

/** What the shell around the core can do; null until it has answered. */
export function useCapabilities(): Capabilities | null {
  return useContext(CapabilitiesContext);
}

/** A part of the session's state; the component redraws only when that part changes by reference. */
export function useSessionState<T>(select: (state: SessionState) => T): T {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, () => select(session.state()));
}

/** A part of the status. Only for components below the point where there is one. */
export function useStatus<T>(select: (status: Status) => T): T {
  return useSessionState(({ status }) => {
    if (!status) throw new Error('there is no status yet');
    return select(status);
  });
}

export function useServer(slug: string | null): Server | null {
  return useStatus((status) => status.servers.find((server) => server.slug === slug) ?? null);
}

export function useContextByRef(ref: string | null): Context | null {
  return useStatus((status) => status.contexts.find((context) => context.ref === ref) ?? null);
}

export interface Loaded<T> {
  readonly data: T | null;
  readonly error: ErrorInfo | null;
  readonly loading: boolean;
  reload(): void;
}

/**
 * What a call answers, asked again when `key` changes or the connection is new. The last answer stays while it is asked
 * again for the same key.
 */
export function useLoaded<N extends CallName>(
  key: string,
  ask: (session: Session, signal: AbortSignal) => Promise<CallOutput<N>>,
): Loaded<CallOutput<N>> {
  const session = useSession();
  const connection = useSessionState((state) => state.connection);
  const phase = useSessionState((state) => state.phase);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{ key: string; data: CallOutput<N> | null; error: ErrorInfo | null } | null>(
    null,
  );
  const [loading, setLoading] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for what `ask` closes over
  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    void ask(session, abort.signal)
      .then(
        (data) => ({ key, data, error: null }),
        (error: unknown) => ({ key, data: null, error: toErrorInfo(error) }),
      )
      .then((next) => {
        if (abort.signal.aborted) return;
        setAnswer((last) => (next.error && last?.key === key ? { ...last, error: next.error } : next));
        setLoading(false);
      });
    return () => abort.abort();
  }, [session, connection, key, round]);
  const current = answer?.key === key ? answer : null;
  return {
    data: current?.data ?? null,
    // While the connection is lost the banner says so, and the answer is asked for again with the next one.
    error: phase === 'open' ? (current?.error ?? null) : null,
    loading,
    reload: () => setRound((last) => last + 1),
  };
}

/** An error as the UI shows it, from anything thrown. */
export function asBerthError(error: unknown): BerthError {
  return BerthError.from(toErrorInfo(error));
}
