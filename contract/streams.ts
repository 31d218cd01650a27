import { z } from 'zod';
import { auditEntrySchema, auditFilterSchema } from './model/audit.ts';
import { checkResultSchema } from './model/doctor.ts';
import { inspectorEventSchema } from './model/inspector.ts';
import { installEventSchema, installRouteSchema } from './model/install.ts';
import { logFilterSchema, logLineSchema } from './model/log.ts';
import { mergeStatusEvents, statusEventSchema } from './model/status.ts';

type Merge<T> = (earlier: T, later: T) => T;

const stream = <P extends z.ZodType, I extends z.ZodType>(
  params: P,
  item: I,
  merge: Merge<z.output<I>> | null = null,
) => ({
  params,
  item,
  merge,
});

/**
 * Every stream: its parameters, its items, and how two unsent items become one for a slow reader. Where `merge` is null, a
 * slow reader misses items and is told how many.
 */
export const streams = {
  /** Endless: a snapshot, then changes. */
  status: stream(z.void().or(z.null()).optional(), statusEventSchema, mergeStatusEvents),
  /** Endless: the tail, then new lines as they come. */
  logs: stream(logFilterSchema.optional(), logLineSchema),
  /** Endless: the newest calls, oldest first, then each as it ends. */
  audit: stream(auditFilterSchema.optional(), auditEntrySchema),
  /** Ends with the last check. Target: absent = everything, else `server:SLUG`, `context:REF`, `client:ID`. */
  doctor: stream(z.object({ target: z.string().optional() }).optional(), checkResultSchema),
  /** Installs a preset's program into Berth's own folder, without a route by the first that can be used. Ends with `done`; cancelling it cancels the installation. */
  'presets.install': stream(z.object({ preset: z.string(), route: installRouteSchema.optional() }), installEventSchema),
  /** Ends with the result; cancelling it cancels the call. */
  'inspector.call': stream(
    z.object({ slug: z.string(), tool: z.string(), args: z.record(z.string(), z.unknown()).default({}) }),
    inspectorEventSchema,
  ),
} as const;

export type Streams = typeof streams;
export type StreamName = keyof Streams;
export type StreamParams<N extends StreamName> = z.input<Streams[N]['params']>;
export type ParsedParams<N extends StreamName> = z.output<Streams[N]['params']>;
export type StreamItem<N extends StreamName> = z.output<Streams[N]['item']>;

/** What a source may say beside its items: `drop` counts items that the reader does not get before the next one. */
export interface StreamContext {
  readonly signal: AbortSignal;
  readonly drop?: (count: number) => void;
}

/** A source pushes items until it is done or `signal` aborts; resolving ends the stream, rejecting ends it with the error. */
export type StreamSources = {
  [N in StreamName]: (
    params: ParsedParams<N>,
    push: (item: StreamItem<N>) => void,
    context: StreamContext,
  ) => Promise<void>;
};
