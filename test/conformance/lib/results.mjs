/**
 * What came of one scenario: how many of its checks passed, failed, or were a warning (a SHOULD that was not met), and why.
 * `scored` is false where the suite runs a scenario without counting it.
 * @typedef {{ id: string, why: string }} Problem
 * @typedef {{ scenario: string, scored: boolean, ok: number, failed: number, warned: number, problems: Problem[] }} ScenarioResult
 */

const MAX_WHY = 300;

/**
 * The scenario of a folder that the suite writes: `server-<scenario>-<time>`. Null for a folder of another kind.
 * @param {string} folder
 */
export function scenarioOfFolder(folder) {
  return /^server-(.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/.exec(folder)?.[1] ?? null;
}

/**
 * Counts the checks of one `checks.json`. The suite counts passed and failed ones only: what is skipped or for information is neither.
 * @param {string} scenario
 * @param {boolean} scored
 * @param {readonly { id: string, status: string, errorMessage?: string }[]} checks
 * @returns {ScenarioResult}
 */
export function resultOf(scenario, scored, checks) {
  const count = (status) => checks.filter((check) => check.status === status).length;
  return {
    scenario,
    scored,
    ok: count('SUCCESS'),
    failed: count('FAILURE'),
    warned: count('WARNING'),
    problems: checks
      .filter(({ status }) => status === 'FAILURE')
      .map(({ id, errorMessage }) => ({ id, why: (errorMessage ?? 'it failed').slice(0, MAX_WHY) })),
  };
}

/**
 * Sums of some scenarios.
 * @param {readonly ScenarioResult[]} results
 */
export function totalOf(results) {
  return results.reduce(
    (sum, { ok, failed, warned }) => ({ ok: sum.ok + ok, failed: sum.failed + failed, warned: sum.warned + warned }),
    { ok: 0, failed: 0, warned: 0 },
  );
}
