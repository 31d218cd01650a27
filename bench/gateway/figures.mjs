import { median } from '../lib/stats.mjs';

/**
 * Rounds of figures, by route: what Berth took beside another route, each by the median of its rounds, and the median of the rounds'
 * own ratios.
 * @param {Record<string, Record<string, number>>[]} rounds
 * @param {{ peer: string, kind: string }} what
 */
export function beside(rounds, { peer, kind }) {
  const own = rounds.map((round) => round.berth[kind]);
  const other = rounds.map((round) => round[peer][kind]);
  return { berth: median(own), peer: median(other), ratio: median(own.map((value, index) => value / other[index])) };
}

/**
 * What Berth and a pipe add to a call that is made without anything between.
 * @param {Record<string, Record<string, number>>[]} rounds
 * @param {{ peer: string, kind: string, direct: string }} what
 */
export function addedBeside(rounds, { peer, kind, direct }) {
  const added = rounds.map((round) => ({
    berth: { [kind]: round.berth[kind] - round[direct][kind] },
    [peer]: { [kind]: round[peer][kind] - round[direct][kind] },
  }));
  return beside(added, { peer, kind });
}

const comparisons = {
  '<': (value, limit) => value < limit,
  '≤': (value, limit) => value <= limit,
  '≥': (value, limit) => value >= limit,
  '>': (value, limit) => value > limit,
  '=': (value, limit) => value === limit,
};

/**
 * A row with a bar for its ratio such as `≤ 1.5`, or without one.
 * @param {string} figure
 * @param {string} unit
 * @param {{ berth: number, peer: number, ratio: number }} measured
 * @param {string | null} bar
 * @returns {import('../lib/table.mjs').Row}
 */
export function ratioRow(figure, unit, measured, bar) {
  return { figure, unit, ...measured, bar, ok: bar === null || holds(measured.ratio, bar) };
}

/**
 * A row whose bar is for the value itself, or without one.
 * @param {string} figure
 * @param {string} unit
 * @param {number} berth
 * @param {string | null} bar
 * @returns {import('../lib/table.mjs').Row}
 */
export function valueRow(figure, unit, berth, bar) {
  return { figure, unit, berth, peer: null, ratio: null, bar, ok: bar === null || holds(berth, bar) };
}

function holds(value, bar) {
  const [sign, limit] = bar.split(' ');
  const compare = comparisons[sign];
  if (!compare) throw new Error(`no such bar: ${bar}`);
  return compare(value, Number(limit));
}
