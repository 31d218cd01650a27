import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Frame, InspectorEvent, ToolResult } from '../../../contract/model/inspector.ts';
import type { Subscription } from '../../../contract/rpc-client.ts';
import { useSession } from '../../session/session-context.tsx';

/** One call of the inspector, as far as it has come. */
export interface Run {
  readonly id: number;
  readonly startedAt: string;
  readonly slug: string;
  readonly context: string | null;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: {
    readonly progress: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
  } | null;
  readonly frames: readonly Frame[];
  readonly result: ToolResult | null;
  readonly ms: number | null;
  readonly error: ErrorInfo | null;
}

export type Order = Pick<Run, 'slug' | 'context' | 'tool' | 'args'>;

interface History {
  /** Newest first. */
  readonly runs: readonly Run[];
  /** Begins a call and answers its id. It goes on when the page is left. */
  start(order: Order): number;
  cancel(id: number): void;
  clear(): void;
}

const HistoryContext = createContext<History | null>(null);
const KEPT = 50;

export function useHistory(): History {
  const history = useContext(HistoryContext);
  if (!history) throw new Error('there is no inspector history above this component');
  return history;
}

/** Calls of this session, in memory only. */
export function InspectorHistoryProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const [runs, setRuns] = useState<readonly Run[]>([]);
  const subscriptions = useRef(new Map<number, Subscription>());
  const nextId = useRef(1);

  const change = useCallback((id: number, edit: (run: Run) => Run) => {
    setRuns((all) => all.map((run) => (run.id === id ? edit(run) : run)));
  }, []);

  const start = useCallback(
    (order: Order) => {
      const id = nextId.current++;
      const began = performance.now();
      const run: Run = {
        id,
        startedAt: new Date().toISOString(),
        ...order,
        state: 'running',
        progress: null,
        frames: [],
        result: null,
        ms: null,
        error: null,
      };
      setRuns((all) => [run, ...all].slice(0, KEPT));
      const { slug, tool, args } = order;
      const subscription = session.stream(
        'inspector.call',
        { slug, tool, args },
        {
          onItem: (event) => change(id, (last) => withEvent(last, event)),
          onEnd: (error) => {
            subscriptions.current.delete(id);
            change(id, (last) => ended(last, error?.toInfo() ?? null, performance.now() - began));
          },
        },
      );
      subscriptions.current.set(id, subscription);
      return id;
    },
    [session, change],
  );

  const cancel = useCallback(
    (id: number) => {
      subscriptions.current.get(id)?.cancel();
      subscriptions.current.delete(id);
      change(id, (last) =>
        last.state === 'running' ? { ...last, state: 'cancelled', ms: Date.now() - Date.parse(last.startedAt) } : last,
      );
    },
    [change],
  );

  const clear = useCallback(() => setRuns((all) => all.filter((run) => run.state === 'running')), []);
  const history = useMemo(() => ({ runs, start, cancel, clear }), [runs, start, cancel, clear]);
  return <HistoryContext value={history}>{children}</HistoryContext>;
}

function withEvent(run: Run, event: InspectorEvent): Run {
  switch (event.type) {
    case 'frame':
      return { ...run, frames: [...run.frames, event.frame] };
    case 'progress':
      return { ...run, progress: event.progress };
    case 'result':
      return { ...run, state: 'done', result: event.result, ms: event.ms };
  }
}

function ended(run: Run, error: ErrorInfo | null, ms: number): Run {
  if (run.state !== 'running') return run;
  if (error?.code === 'cancelled') return { ...run, state: 'cancelled', ms };
  return {
    ...run,
    state: 'failed',
    error: error ?? { code: 'internal', message: 'The call ended without a result.' },
    ms,
  };
}
