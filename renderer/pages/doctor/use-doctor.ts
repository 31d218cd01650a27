import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';
import type { Subscription } from '../../../contract/rpc-client.ts';
import { useSession } from '../../session/session-context.tsx';

export interface DoctorRun {
  readonly state: 'idle' | 'running' | 'done' | 'cancelled';
  readonly results: readonly CheckResult[];
  readonly error: ErrorInfo | null;
  /** When it ended, ISO 8601. */
  readonly endedAt: string | null;
  readonly ms: number;
}

const idle: DoctorRun = { state: 'idle', results: [], error: null, endedAt: null, ms: 0 };

/** A layered test whose rungs appear as they come. */
export function useDoctor(): DoctorRun & { start(target: string | undefined): void; cancel(): void } {
  const session = useSession();
  const [run, setRun] = useState<DoctorRun>(idle);
  const current = useRef<Subscription | null>(null);

  const start = useCallback(
    (target: string | undefined) => {
      current.current?.cancel();
      const began = performance.now();
      setRun({ ...idle, state: 'running' });
      let subscription: Subscription | null = null;
      subscription = session.stream('doctor', target === undefined ? undefined : { target }, {
        onItem: (result) => setRun((last) => ({ ...last, results: [...last.results, result] })),
        onEnd: (error) => {
          if (current.current === subscription) current.current = null;
          setRun((last) => ({
            ...last,
            state: 'done',
            error: error?.toInfo() ?? null,
            endedAt: new Date().toISOString(),
            ms: performance.now() - began,
          }));
        },
      });
      current.current = subscription;
    },
    [session],
  );

  const cancel = useCallback(() => {
    current.current?.cancel();
    current.current = null;
    setRun((last) => ({ ...last, state: 'cancelled', endedAt: new Date().toISOString() }));
  }, []);

  useEffect(() => () => current.current?.cancel(), []);
  return { ...run, start, cancel };
}
