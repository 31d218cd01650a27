import type { BreachRules } from './breaches.ts';
import type { LimitRules } from './limit-watch.ts';

/** Every duration and count of measuring, in ms. */
export interface MeasureTimings extends LimitRules, BreachRules {
  /** Between two looks while a window follows or a limit is set. */
  readonly followedMs: number;
  /** Between two looks otherwise. */
  readonly quietMs: number;
  /** How long after a server came up the first look is taken. */
  readonly settleMs: number;
  /** Sockets are looked at with every look, but not more often than this. */
  readonly listenersMs: number;
  /** After so many looks every process of the machine is looked at again: a stranger's pid may be somebody else's by now. */
  readonly looksPerFullScan: number;
}

/** A look at fifty servers of three processes each takes about 10 ms of one core. */
export const defaultMeasureTimings: MeasureTimings = {
  followedMs: 5_000,
  quietMs: 30_000,
  settleMs: 250,
  listenersMs: 15_000,
  looksPerFullScan: 12,
  cpuHoldMs: 60_000,
  memoryLooks: 2,
  breachLimit: 5,
  breachWindowMs: 900_000,
};
