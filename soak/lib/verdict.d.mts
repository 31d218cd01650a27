/** At a quiet point: counts, MiB, and when in ms. */
export interface QuietPoint {
  readonly descriptors: number;
  readonly listeners: number;
  readonly heap: number;
  readonly rss: number;
  readonly at: number;
}

export function heapAllowance(minutes: number): number;
export function leaks(points: readonly QuietPoint[]): string[];
