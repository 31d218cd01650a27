/**
 * What a run of tests or checks came to. `skips` and `failures` are for people; the numbers count.
 * @typedef {{ passed: number, failed: number, skipped: number, skips: { name: string, reason: string }[], failures: string[] }} Tally
 */

/** @returns {Tally} */
export function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, skips: [], failures: [] };
}

/** A suite that could not run at all counts as one skipped test, so that it is never silent. @returns {Tally} */
export function skippedSuite(name, reason) {
  return { ...emptyTally(), skipped: 1, skips: [{ name, reason }] };
}

/** @returns {Tally} */
export function failedSuite(name, reason) {
  return { ...emptyTally(), failed: 1, failures: [`${name}: ${reason}`] };
}

/** A suite in which nothing passed or failed has proved nothing, which is a failure. @returns {Tally} */
export function judged(name, tally) {
  if (tally.passed + tally.failed > 0) return tally;
  const why = tally.skipped > 0 ? 'every test was skipped' : 'no test was executed';
  return { ...tally, failed: 1, failures: [...tally.failures, `${name}: ${why}`] };
}

/** @param {Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  return tallies.reduce(
    (all, next) => ({
      passed: all.passed + next.passed,
      failed: all.failed + next.failed,
      skipped: all.skipped + next.skipped,
      skips: [...all.skips, ...next.skips],
      failures: [...all.failures, ...next.failures],
    }),
    emptyTally(),
  );
}

/** The one line that ends every run; `.ci/run` reads it. */
function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Prints what failed and what was skipped, then the closing line, and sets the exit code. @param {Tally} tally */
export function finish(tally) {
  const lines = [];
  if (tally.skips.length > 0)
    lines.push('', 'Skipped:', ...tally.skips.map(({ name, reason }) => `  ${name}: ${reason}`));
  if (tally.failures.length > 0) lines.push('', 'Failed:', ...tally.failures.map((name) => `  ${name}`));
  console.log([...lines, '', closingLine(tally)].join('\n'));
  process.exitCode = tally.failed > 0 ? 1 : 0;
}
