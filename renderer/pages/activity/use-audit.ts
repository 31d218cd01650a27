import { useEffect, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { AuditEntry, AuditFilter } from '../../../contract/model/audit.ts';
import { useSession, useSessionState } from '../../session/session-context.tsx';

/** The newest calls that a page asks for, and how many it keeps. */
const NEWEST = 2_000;

/** The calls that match, newest first, and new ones as they end; drawn at most once a frame. Keep `filter` the same object while it says the same. */
export function useAudit(filter: AuditFilter): {
  entries: readonly AuditEntry[];
  missed: number;
  error: ErrorInfo | null;
} {
  const session = useSession();
  const connection = useSessionState((state) => state.connection);
  const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
  const [missed, setMissed] = useState(0);
  const [error, setError] = useState<ErrorInfo | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection begins a new stream
  useEffect(() => {
    setEntries([]);
    setMissed(0);
    setError(null);
    let pending: AuditEntry[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const newest = pending.reverse();
      pending = [];
      setEntries((before) => [...newest, ...before].slice(0, NEWEST));
    };
    const subscription = session.stream(
      'audit',
      { ...filter, limit: NEWEST },
      {
        onItem: (entry) => {
          pending.push(entry);
          if (frame === 0) frame = requestAnimationFrame(flush);
        },
        onDropped: (count) => setMissed((before) => before + count),
        onEnd: (failure) => setError(failure?.code === 'not-running' ? null : (failure?.toInfo() ?? null)),
      },
    );
    return () => {
      cancelAnimationFrame(frame);
      subscription.cancel();
    };
  }, [session, connection, filter]);

  return { entries, missed, error };
}
