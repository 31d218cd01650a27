import type { AuditEntry } from '../../../contract/model/audit.ts';
import { latencyBuckets, percentile } from '../../model/latencies.ts';
import { measuredText } from '../../model/time-text.ts';
import { count } from '../../model/words.ts';

const BAR = 14;
const GAP = 3;
const HEIGHT = 30;

/** How long the shown calls took: a bar per span, the failed ones on top in red, and the figures beside it. Nothing without calls. */
export function LatencyChart({ entries }: { entries: readonly AuditEntry[] }) {
  const buckets = latencyBuckets(entries);
  const most = Math.max(0, ...buckets.map(({ good, bad }) => good + bad));
  if (most === 0) return null;
  const served = entries.filter(({ outcome }) => outcome !== 'refused' && outcome !== 'cancelled');
  const durations = served.map(({ ms }) => ms);
  const failed = served.filter(({ outcome }) => outcome !== 'ok').length;
  const width = buckets.length * (BAR + GAP);
  const height = (calls: number) => (calls === 0 ? 0 : Math.max(2, (calls / most) * HEIGHT));
  return (
    <figure className="flex flex-wrap items-end gap-x-5 gap-y-1 border-b border-line px-4 py-2.5">
      <svg width={width} height={HEIGHT} role="img" aria-label={`How long ${count(served.length, 'call')} took`}>
        {buckets.map(({ from, to, good, bad }, index) => {
          const x = index * (BAR + GAP);
          const [low, high] = [height(good), height(bad)];
          const span = to === null ? `${measuredText(from)} and more` : `${measuredText(from)} to ${measuredText(to)}`;
          return (
            <g key={from}>
              <title>{`${span}: ${count(good + bad, 'call')}${bad > 0 ? `, ${bad} failed` : ''}`}</title>
              <rect x={x} y={0} width={BAR} height={HEIGHT} fill="transparent" />
              <rect x={x} y={HEIGHT - 1} width={BAR} height={1} className="fill-line-2" />
              <rect x={x} y={HEIGHT - low} width={BAR} height={low} rx={1} className="fill-accent" />
              <rect x={x} y={Math.max(0, HEIGHT - low - high)} width={BAR} height={high} rx={1} className="fill-bad" />
            </g>
          );
        })}
      </svg>
      <dl className="flex flex-wrap gap-x-5 text-sm text-muted tabular-nums">
        <Figure name="calls" value={served.length.toLocaleString('en')} />
        <Figure name="median" value={measuredText(percentile(durations, 0.5) ?? 0)} />
        <Figure name="95 %" value={measuredText(percentile(durations, 0.95) ?? 0)} />
        <Figure name="slowest" value={measuredText(percentile(durations, 1) ?? 0)} />
        <Figure name="failed" value={failed.toLocaleString('en')} bad={failed > 0} />
      </dl>
    </figure>
  );
}

function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className="flex gap-1.5">
      <dt>{name}</dt>
      <dd className={bad ? 'font-medium text-bad' : 'font-medium text-text'}>{value}</dd>
    </div>
  );
}
