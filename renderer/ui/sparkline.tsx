import { sparklinePoints } from '../model/sparkline.ts';

const WIDTH = 72;
const HEIGHT = 18;

/** Calls per minute over the last ten. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const total = values.reduce((sum, value) => sum + value, 0);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${total} calls in the last ${values.length} minutes`}
    >
      <polyline
        points={sparklinePoints(values, WIDTH, HEIGHT)}
        fill="none"
        strokeWidth="1.5"
        className={total === 0 ? 'stroke-line-2' : 'stroke-accent'}
      />
    </svg>
  );
}
