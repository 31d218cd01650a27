import type { FrameFromCore } from '../../../contract/frames.ts';

/** How many items may be on their way without having been acknowledged, and how many wait behind them. */
const WINDOW = 2_000;
const BACKLOG = 10_000;

/**
 * The sending side of one stream: batches what comes within one turn of the event loop, keeps at most `WINDOW` items
 * unacknowledged, and beyond that merges (where the stream can) or drops the oldest and counts them.
 */
export class StreamOutbox {
  readonly #id: number;
  readonly #send: (frame: FrameFromCore) => void;
  readonly #merge: ((earlier: unknown, later: unknown) => unknown) | null;
  #waiting: unknown[] = [];
  #dropped = 0;
  #sentSeq = 0;
  #ackedSeq = 0;
  #scheduled: NodeJS.Immediate | null = null;
  #ended: { frame: FrameFromCore } | null = null;

  constructor(
    id: number,
    merge: ((earlier: unknown, later: unknown) => unknown) | null,
    send: (frame: FrameFromCore) => void,
  ) {
    this.#id = id;
    this.#merge = merge;
    this.#send = send;
  }

  push(item: unknown): void {
    if (this.#ended) return;
    const last = this.#waiting.length - 1;
    if (this.#merge && last >= 0) {
      this.#waiting[last] = this.#merge(this.#waiting[last], item);
    } else {
      this.#waiting.push(item);
      if (this.#waiting.length > BACKLOG) {
        const excess = this.#waiting.length - BACKLOG;
        this.#waiting.splice(0, excess);
        this.#dropped += excess;
      }
    }
    this.#scheduled ??= setImmediate(() => this.#flush());
  }

  /** The source itself has left out so many items: they count as if they had been dropped here. */
  drop(count: number): void {
    if (this.#ended) return;
    this.#dropped += count;
    this.#scheduled ??= setImmediate(() => this.#flush());
  }

  ack(seq: number): void {
    this.#ackedSeq = Math.min(this.#sentSeq, Math.max(this.#ackedSeq, seq));
    this.#flush();
  }

  /** Sends what is left, then the end. What the reader never acknowledges is not waited for beyond the window. */
  end(frame: FrameFromCore): void {
    this.#ended = { frame };
    this.#flush();
  }

  discard(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    this.#waiting = [];
    this.#ended = null;
  }

  #flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    const room = WINDOW - (this.#sentSeq - this.#ackedSeq);
    if (room > 0 && (this.#waiting.length > 0 || this.#dropped > 0)) {
      const items = this.#waiting.splice(0, room);
      this.#sentSeq += items.length;
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#send({ t: 'item', id: this.#id, seq: this.#sentSeq, items, ...(dropped > 0 ? { dropped } : {}) });
    }
    if (this.#ended && this.#waiting.length === 0) {
      const { frame } = this.#ended;
      this.#ended = null;
      this.#send(frame);
    }
  }
}
