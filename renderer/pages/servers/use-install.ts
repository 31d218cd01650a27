import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { InstallEvent, InstallRoute } from '../../../contract/model/install.ts';
import type { Subscription } from '../../../contract/rpc-client.ts';
import { useSession } from '../../session/session-context.tsx';

/** Lines of a command that are kept to look at. */
const KEPT_LINES = 500;

export interface InstallRun {
  readonly state: 'idle' | 'running' | 'done' | 'failed' | 'cancelled';
  /** What was begun so far; the last is under way while it runs. */
  readonly steps: readonly string[];
  readonly bytes: { readonly done: number; readonly total: number | null } | null;
  readonly lines: readonly string[];
  readonly program: { readonly path: string; readonly version: string | null } | null;
  readonly error: ErrorInfo | null;
}

const idle: InstallRun = { state: 'idle', steps: [], bytes: null, lines: [], program: null, error: null };

/** The run after one more event of the installation. */
export function withInstallEvent(run: InstallRun, event: InstallEvent): InstallRun {
  switch (event.type) {
    case 'step':
      return { ...run, steps: [...run.steps, event.title], bytes: null };
    case 'bytes':
      return { ...run, bytes: { done: event.done, total: event.total } };
    case 'line':
      return { ...run, lines: [...run.lines, event.text].slice(-KEPT_LINES) };
    case 'done':
      return { ...run, state: 'done', program: { path: event.path, version: event.version } };
  }
}

/** One installation as it goes. It is cancelled when the component goes away. */
export function useInstall(): InstallRun & {
  start(preset: string, route: InstallRoute): void;
  cancel(): void;
  reset(): void;
} {
  const session = useSession();
  const [run, setRun] = useState<InstallRun>(idle);
  const current = useRef<Subscription | null>(null);

  const start = useCallback(
    (preset: string, route: InstallRoute) => {
      current.current?.cancel();
      setRun({ ...idle, state: 'running' });
      current.current = session.stream(
        'presets.install',
        { preset, route },
        {
          onItem: (event) => setRun((last) => withInstallEvent(last, event)),
          onEnd: (error) => {
            current.current = null;
            if (error) setRun((last) => ({ ...last, state: 'failed', error: error.toInfo() }));
          },
        },
      );
    },
    [session],
  );

  const cancel = useCallback(() => {
    current.current?.cancel();
    current.current = null;
    setRun((last) => ({ ...last, state: 'cancelled' }));
  }, []);

  const reset = useCallback(() => setRun(idle), []);

  useEffect(() => () => current.current?.cancel(), []);
  return { ...run, start, cancel, reset };
}
