import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { Clock } from '../model/clock.ts';
import { absoluteText, agoText, spanText, tickFor } from '../model/time-text.ts';

const ClockContext = createContext(new Clock());

/** The time of day, again every `intervalMs`; redraws nothing but the component that asks. */
export function useNow(intervalMs: number): number {
  const clock = useContext(ClockContext);
  const subscribe = useCallback((listener: () => void) => clock.subscribe(intervalMs, listener), [clock, intervalMs]);
  return useSyncExternalStore(subscribe, () => clock.time(intervalMs));
}

/** How long ago, with the moment itself on hover. */
export function Ago({ time }: { time: string }) {
  const at = Date.parse(time);
  const now = useNow(tickFor(Date.now() - at));
  return (
    <time dateTime={time} title={absoluteText(at)}>
      {agoText(at, now)}
    </time>
  );
}

/** How long it has lasted, ticking by itself, with its beginning on hover. */
export function Lasting({ since }: { since: string }) {
  const from = Date.parse(since);
  const now = useNow(tickFor(Date.now() - from));
  return (
    <time dateTime={since} title={`since ${absoluteText(from)}`}>
      {spanText(now - from)}
    </time>
  );
}
