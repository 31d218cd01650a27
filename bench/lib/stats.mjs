/** The value below which that share (0 to 1) of the values lies, by nearest rank; NaN without values. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values) {
  return (percentile(values, 0.5) + percentile(values, 0.5 + 1 / (2 * Math.max(1, values.length)))) / 2;
}

/**
 * Runs both sides `repeat` times in pairs that take turns in who begins, so that whatever else the machine does falls on both alike.
 * Each side answers its figure. `ratio` is the median of the pairs' own ratios.
 * @param {number} repeat
 * @param {() => Promise<number>} berth
 * @param {() => Promise<number>} peer
 */
export async function paired(repeat, berth, peer) {
  const pairs = [];
  for (let turn = 0; turn < repeat; turn += 1) {
    if (turn % 2 === 0) {
      const own = await berth();
      pairs.push({ own, other: await peer() });
    } else {
      const other = await peer();
      pairs.push({ own: await berth(), other });
    }
  }
  return {
    berth: median(pairs.map(({ own }) => own)),
    peer: median(pairs.map(({ other }) => other)),
    ratio: median(pairs.map(({ own, other }) => own / other)),
    ratios: pairs.map(({ own, other }) => own / other),
  };
}
