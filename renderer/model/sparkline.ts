/** The `points` of an SVG polyline for a small chart. The top of the scale, if not given, is the highest value, but at least 4, so that one call a minute is no mountain. */
export function sparklinePoints(
  values: readonly number[],
  width: number,
  height: number,
  top = Math.max(4, ...values),
): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const inset = 1.5;
  return values
    .map((value, index) => {
      const y = height - inset - (value / top) * (height - 2 * inset);
      return `${round(index * step)},${round(y)}`;
    })
    .join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
