import { uptime } from 'node:os';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';

/** Three clocks at one moment, in ms. */
export interface ClockReading {
  /** Time that this machine was awake (Linux) or has run (elsewhere); never set. */
  readonly monotonic: number;
  /** Time since the machine started, sleep included. */
  readonly uptime: number;
  /** What a user sees; may be set forwards and backwards. */
  readonly wall: number;
}

/** What happened between two readings: the machine slept, Berth was stopped (SIGSTOP, a paused VM), or the clock was set. */
export interface ClockJump {
  readonly kind: 'slept' | 'stopped' | 'clock-set';
  /** How long, or how far; negative when the clock was set back. */
  readonly ms: number;
}

const EVERY_MS = 2_000;
/** A loaded machine runs timers late; less than this is no jump, in ms. */
const TOLERANCE_MS = 4_000;

/** Null when the clocks went on as they should for readings `everyMs` apart. Pure. */
export function judgeClocks(before: ClockReading, now: ClockReading, everyMs: number): ClockJump | null {
  const ran = now.monotonic - before.monotonic;
  const slept = now.uptime - before.uptime - ran;
  if (slept > TOLERANCE_MS) return { kind: 'slept', ms: slept };
  const late = ran - everyMs;
  if (late > TOLERANCE_MS) return { kind: 'stopped', ms: late };
  const set = now.wall - before.wall - ran;
  return Math.abs(set) > TOLERANCE_MS ? { kind: 'clock-set', ms: set } : null;
}

/** The clocks of this machine. */
export function readClocks(): ClockReading {
  return { monotonic: performance.now(), uptime: uptime() * 1_000, wall: Date.now() };
}

export interface ClockWatchOptions {
  readonly read?: () => ClockReading;
  readonly everyMs?: number;
}

/** Notices that Berth did not run for a while, without any help of the shell: compares the clocks every few seconds. */
export class ClockWatch implements Disposable {
  readonly #read: () => ClockReading;
  readonly #everyMs: number;
  readonly #jumps = new Emitter<ClockJump>();
  readonly #timer: NodeJS.Timeout;
  #last: ClockReading;
  #pausedAt: number | null = null;

  readonly onJump = this.#jumps.event;

  constructor({ read = readClocks, everyMs = EVERY_MS }: ClockWatchOptions = {}) {
    this.#read = read;
    this.#everyMs = everyMs;
    this.#last = read();
    this.#timer = setInterval(() => this.look(), everyMs);
    this.#timer.unref();
  }

  /** Compares now, without waiting for the next time. */
  look(): void {
    const now = this.#read();
    const jump = judgeClocks(this.#last, now, this.#everyMs);
    this.#last = now;
    if (!jump) return;
    // A clock that is set back tells only that it was wrong; one that is set forwards may be a virtual machine that was paused.
    if (jump.ms > 0) this.#pausedAt = now.monotonic;
    this.#jumps.fire(jump);
  }

  /**
   * Whether Berth did not run for a while since then (`performance.now()`): deadlines that passed meanwhile prove nothing. Looks
   * at the clocks itself, since after a sleep the timers that are due may run in any order.
   */
  pausedSince(monotonic: number): boolean {
    this.look();
    return this.#pausedAt !== null && this.#pausedAt >= monotonic;
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
