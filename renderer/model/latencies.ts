import type { AuditEntry } from '../../contract/model/audit.ts';

/** The duration in ms below which this share of the calls stayed (nearest rank); null without calls. */
export function percentile(durations: readonly number[], share: number): number | null {
  const sorted = [...durations].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** Upper bounds in ms: the powers of ten and their thirds, which cover a cached answer and a two-minute migration alike. */
const bounds = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000] as const;

export interface LatencyBucket {
  /** In ms: from this, inclusive, to the other, exclusive; the last one has no end. */
  readonly from: number;
  readonly to: number | null;
  readonly good: number;
  readonly bad: number;
}

/** How many calls took how long, from the first bucket that has any to the last. Refused and cancelled calls took no time of a server. */
export function latencyBuckets(entries: readonly Pick<AuditEntry, 'ms' | 'outcome'>[]): LatencyBucket[] {
  const buckets = [0, ...bounds].map((from, index) => ({ from, to: bounds[index] ?? null, good: 0, bad: 0 }));
  for (const { ms, outcome } of entries) {
    if (outcome === 'refused' || outcome === 'cancelled') continue;
    const bucket = buckets.find(({ to }) => to === null || ms < to);
    if (bucket) bucket[outcome === 'ok' ? 'good' : 'bad'] += 1;
  }
  const used = buckets.map(({ good, bad }) => good + bad > 0);
  const first = used.indexOf(true);
  return first < 0 ? [] : buckets.slice(first, used.lastIndexOf(true) + 1);
}
