import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';

/** What a check found: one line of evidence, and what to do when it is not well. */
export interface Finding {
  readonly outcome: 'pass' | 'warn' | 'fail' | 'skip';
  readonly evidence: string;
  readonly remedy?: string;
}

/** One rung: a question with a title. `run` may throw; a thrown error is a failure with the error's hint as remedy. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Nothing stands on it: after its failure the rungs above it are asked all the same. */
  readonly aside?: boolean;
  run(signal: AbortSignal): Promise<Finding> | Finding;
}

/**
 * Runs a ladder from the bottom up and reports each rung as it is done. After a failure the rungs above it are reported as
 * skipped, since they stand on it; with `independent` every rung is asked.
 */
export async function climb(
  target: string,
  checks: readonly Check[],
  report: (result: CheckResult) => void,
  signal: AbortSignal,
  options: { independent?: boolean } = {},
): Promise<boolean> {
  let failed: string | null = null;
  let allWell = true;
  for (const check of checks) {
    if (signal.aborted) throw new BerthError('cancelled', 'The test was cancelled.');
    if (failed !== null && !options.independent) {
      report(result(target, check, { outcome: 'skip', evidence: `not asked, because "${failed}" failed` }, 0));
      continue;
    }
    const began = performance.now();
    const finding = await ask(check, signal);
    report(result(target, check, finding, performance.now() - began));
    if (finding.outcome !== 'fail') continue;
    allWell = false;
    if (!check.aside) failed = check.title;
  }
  return allWell;
}

async function ask(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(signal);
  } catch (error) {
    const { message, hint } = toErrorInfo(error);
    return { outcome: 'fail', evidence: message, ...(hint ? { remedy: hint } : {}) };
  }
}

function result(target: string, check: Check, finding: Finding, ms: number): CheckResult {
  return {
    id: check.id,
    title: check.title,
    target,
    outcome: finding.outcome,
    evidence: finding.evidence,
    remedy: finding.remedy ?? null,
    ms: Math.round(ms * 10) / 10,
  };
}
