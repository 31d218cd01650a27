import { useEffect, useReducer, useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { LogLevel, LogLine } from '../../../contract/model/log.ts';
import { LogBuffer } from '../../model/log-buffer.ts';
import { useSession, useSessionState } from '../../session/session-context.tsx';

export interface LogFilterChoice {
  /** Null: all servers and Berth itself. */
  readonly slug: string | null;
  readonly level: LogLevel;
}

const TAIL = 5000;

/**
 * The lines of a log as they come, drawn at most once a frame. A new filter or connection begins with the tail again.
 * `version` changes with the buffer's content.
 */
export function useLogStream({ slug, level }: LogFilterChoice, search: string) {
  const session = useSession();
  const connection = useSessionState((state) => state.connection);
  const [buffer] = useState(() => new LogBuffer());
  const [version, redraw] = useReducer((count: number) => count + 1, 0);
  const [error, setError] = useState<ErrorInfo | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection begins a new stream
  useEffect(() => {
    buffer.clear();
    redraw();
    setError(null);
    let pending: LogLine[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      buffer.append(pending);
      pending = [];
      redraw();
    };
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(flush);
    };
    const subscription = session.stream(
      'logs',
      { level, tail: TAIL, ...(slug === null ? {} : { slug }) },
      {
        onItem: (line) => {
          pending.push(line);
          soon();
        },
        onDropped: (count) => {
          buffer.append(pending);
          pending = [];
          buffer.gap(count);
          soon();
        },
        onEnd: (failure) => setError(failure?.code === 'not-running' ? null : (failure?.toInfo() ?? null)),
      },
    );
    return () => {
      cancelAnimationFrame(frame);
      subscription.cancel();
    };
  }, [session, connection, buffer, slug, level]);

  useEffect(() => {
    buffer.search(search);
    redraw();
  }, [buffer, search]);

  return { buffer, version, error };
}
