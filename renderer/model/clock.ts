/**
 * The time of the page, shared: one timer per interval for all that subscribe, and none while nobody does. A timer of a
 * hidden page is left to the browser, which slows it down by itself.
 */
export class Clock {
  readonly #now: () => number;
  readonly #beats = new Map<
    number,
    { time: number; listeners: Set<() => void>; timer: ReturnType<typeof setInterval> }
  >();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Calls the listener every `intervalMs`; the answer ends that. */
  subscribe(intervalMs: number, listener: () => void): () => void {
    const beat = this.#beats.get(intervalMs) ?? this.#start(intervalMs);
    beat.listeners.add(listener);
    return () => {
      beat.listeners.delete(listener);
      if (beat.listeners.size > 0) return;
      clearInterval(beat.timer);
      this.#beats.delete(intervalMs);
    };
  }

  /** The time of the last beat, in ms since 1970: the same for everyone who draws in between. */
  time(intervalMs: number): number {
    return this.#beats.get(intervalMs)?.time ?? Math.floor(this.#now() / intervalMs) * intervalMs;
  }

  #start(intervalMs: number) {
    const listeners = new Set<() => void>();
    const beat = {
      time: this.#now(),
      listeners,
      timer: setInterval(() => {
        beat.time = this.#now();
        for (const listener of [...listeners]) listener();
      }, intervalMs),
    };
    this.#beats.set(intervalMs, beat);
    return beat;
  }
}
