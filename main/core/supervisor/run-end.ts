import { BerthError, type ErrorCode, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { levelAtLeast } from '../../../contract/model/log.ts';
import { guessLevel } from '../logs/guess-level.ts';
import type { FailurePattern } from '../presets/launch-plan.ts';
import type { ProcessExit } from './process-group.ts';
import type { Verdict } from './server-model.ts';

/** How a run ended and what that means for the next one. */
export interface RunEnd {
  readonly error: ErrorInfo;
  readonly verdict: Verdict;
}

/** Errors that are the same at every further try. */
const permanentCodes: readonly ErrorCode[] = [
  'command-missing',
  'invalid-config',
  'invalid-argument',
  'auth-failed',
  'untrusted',
  'unauthorized',
  'refused',
  'not-found',
  'context-gone',
  'already-exists',
  'unsupported',
];

/** How many of its last lines are shown with an error that no pattern knows. */
const SHOWN_LINES = 10;

/** A process that ended unasked: what its last lines say, by the preset's patterns first, else in its own words. */
export function endOfProcess(exit: ProcessExit, lines: readonly string[], failures: readonly FailurePattern[]): RunEnd {
  const known = matchFailure(lines, failures);
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by signal ${exit.signal}`;
  const details = { exitCode: exit.code, signal: exit.signal, lines: lines.slice(-SHOWN_LINES) };
  if (known) {
    return {
      error: { code: known.code, message: known.message, ...(known.hint ? { hint: known.hint } : {}), details },
      verdict: known.permanent ? 'permanent' : 'retry',
    };
  }
  const last = lines.findLast((line) => line.trim() !== '' && (exit.signal === null || isTrouble(line)));
  const nothing = lines.some((line) => line.trim() !== '') ? '.' : ' and said nothing.';
  const message = last ? `The server ended ${how}: ${last}` : `The server ended ${how}${nothing}`;
  return { error: { code: 'start-failed', message, details }, verdict: 'retry' };
}

/** Who ends a process by a signal asks it nothing: what it said before, at its ease, is not the reason. */
function isTrouble(line: string): boolean {
  return levelAtLeast(guessLevel(line), 'warn');
}

/** The first pattern, in the preset's order, that fits any of the lines. A pattern that is no regular expression fits none. */
export function matchFailure(lines: readonly string[], failures: readonly FailurePattern[]): FailurePattern | null {
  for (const failure of failures) {
    let pattern: RegExp;
    try {
      pattern = new RegExp(failure.pattern, 'i');
    } catch {
      continue;
    }
    if (lines.some((line) => pattern.test(line))) return failure;
  }
  return null;
}

/** A run that failed without its process having ended by itself. `ownProcess`: Berth started it, so an end counts as a crash. */
export function endOfFailure(failure: unknown, ownProcess: boolean, lines: readonly string[] = []): RunEnd {
  const info =
    failure instanceof BerthError ? failure.toInfo() : { ...toErrorInfo(failure), code: 'start-failed' as const };
  const error = lines.length > 0 ? { ...info, details: { ...info.details, lines: lines.slice(-SHOWN_LINES) } } : info;
  return { error, verdict: verdictOf(info.code, ownProcess) };
}

function verdictOf(code: ErrorCode, ownProcess: boolean): Verdict {
  if (permanentCodes.includes(code)) return 'permanent';
  return ownProcess || code === 'protocol' ? 'retry' : 'away';
}
