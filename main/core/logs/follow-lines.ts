import type { LogFilter, LogLine } from '../../../contract/model/log.ts';
import type { Event, Subscription } from '../emitter.ts';
import type { LogBlock } from './log-block.ts';

/** How often lines are handed on at most, in ms, and how many at once: more than anybody can read. */
const EVERY_MS = 100;
const MOST_AT_ONCE = 1_000;
/** What may wait; beyond that the oldest blocks are left out and counted. */
const MOST_WAITING = 10_000;
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

export interface LineFollower {
  readonly onLine: (line: LogLine) => void;
  /** So many lines that would have come before the next one are left out. */
  readonly onDropped: (count: number) => void;
}

/**
 * Hands new lines on as they come, and in a flood the newest of them: of what is left out no line is ever made, so that a
 * window that is open costs a flood next to nothing. `tail` and `since` of the filter say nothing about new lines.
 */
export function followLines(
  blocks: Event<LogBlock>,
  { slug, level }: LogFilter,
  { onLine, onDropped }: LineFollower,
): Subscription {
  let waiting: LogBlock[] = [];
  let lines = 0;
  let bytes = 0;
  let dropped = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  const take = (): LogBlock | undefined => {
    const block = waiting.shift();
    lines -= block?.count ?? 0;
    bytes -= block?.size ?? 0;
    return block;
  };
  const handOn = () => {
    timer = null;
    lastAt = performance.now();
    if (dropped > 0) onDropped(dropped);
    dropped = 0;
    for (let count = 0; count < MOST_AT_ONCE && waiting.length > 0; ) {
      for (const line of take()?.lines(level) ?? []) {
        onLine(line);
        count += 1;
      }
    }
    if (waiting.length > 0) schedule();
  };
  const schedule = () => {
    timer ??= setTimeout(handOn, Math.max(0, lastAt + EVERY_MS - performance.now()));
  };

  const subscription = blocks((block) => {
    if ((slug !== undefined && block.slug !== slug) || !block.reaches(level)) return;
    waiting.push(block);
    lines += block.count;
    bytes += block.size;
    while ((lines > MOST_WAITING || bytes > MOST_WAITING_BYTES) && waiting.length > 1) {
      const gone = take();
      if (gone) dropped += level === undefined || level === 'debug' ? gone.count : gone.lines(level).length;
    }
    schedule();
  });
  return {
    dispose: () => {
      subscription.dispose();
      if (timer) clearTimeout(timer);
      waiting = [];
    },
  };
}
