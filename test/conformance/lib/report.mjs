import { totalOf } from './results.mjs';

/** @typedef {import('./results.mjs').ScenarioResult} ScenarioResult */
/** @typedef {{ route: string, results: readonly ScenarioResult[] }} RouteResults */

/**
 * Scenarios down, routes across: how many checks passed, and how many failed where any did. Scenarios that the suite does not count are
 * in brackets; `-` is one that was not run.
 * @param {readonly RouteResults[]} routes
 */
export function scenarioTable(routes) {
  const names = [...new Set(routes.flatMap(({ results }) => results.map(({ scenario }) => scenario)))];
  const isScored = (name) => routes.some(({ results }) => results.some((r) => r.scenario === name && r.scored));
  const rows = names.map((name) => [
    isScored(name) ? name : `(${name})`,
    ...routes.map(({ results }) => cell(results.find(({ scenario }) => scenario === name))),
  ]);
  const total = ['total', ...routes.map(({ results }) => cell(totalOf(results)))];
  return aligned([['scenario', ...routes.map(({ route }) => route)], ...rows, total]);
}

/**
 * Why checks failed on a route that passed directly: one line for each.
 * @param {readonly ScenarioResult[]} direct
 * @param {readonly RouteResults[]} routes
 */
export function failureLines(direct, routes) {
  const known = new Set(direct.flatMap(({ scenario, problems }) => problems.map(({ id }) => `${scenario} ${id}`)));
  const seen = new Map();
  for (const { route, results } of routes) {
    for (const { scenario, problems } of results) {
      for (const { id, why } of problems) {
        if (known.has(`${scenario} ${id}`)) continue;
        // The server has the name of its route, which would keep the same failure from being told once.
        const line = `${scenario} (${id}): ${why.replaceAll(/\s+/g, ' ').replaceAll(route, 'SERVER')}`;
        seen.set(line, [...(seen.get(line) ?? []), route]);
      }
    }
  }
  return [...seen].map(([line, where]) => `${where.join(', ')}: ${line}`);
}

/**
 * How many of the fixture's answers are the same text behind each route, and which are not.
 * @param {readonly import('./measure-route.mjs').MeasuredRoute[]} measured
 */
export function answersReport(measured) {
  return measured
    .map(({ route, answers, differing, passed }) => {
      if (differing === null && answers.size > 0) return `  ${route}: ${answers.size} answers`;
      if (differing === null) return `  ${route}: ${passed.length === 0 ? 'every tool is refused' : passed.join(', ')}`;
      const same = `  ${route}: ${answers.size - differing.length} of ${answers.size} the same`;
      return differing.length === 0 ? same : `${same}; not ${differing.map(({ name }) => name).join(', ')}`;
    })
    .join('\n');
}

function cell(result) {
  if (!result) return '-';
  return result.failed === 0 ? String(result.ok) : `${result.ok}/${result.failed} failed`;
}

function aligned(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => line.map((text, column) => pad(text, widths[column], column)).join('  '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

function pad(text, width, column) {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
