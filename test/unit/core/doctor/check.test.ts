import { describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import type { CheckResult } from '../../../../contract/model/doctor.ts';
import { type Check, climb } from '../../../../main/core/doctor/check.ts';

const rung = (id: string, run: Check['run']): Check => ({ id, title: `Title of ${id}`, run });
const good = rung('good', () => ({ outcome: 'pass', evidence: 'fine' }));
const doubtful = rung('doubtful', () => ({ outcome: 'warn', evidence: 'so so', remedy: 'look' }));
const broken = rung('broken', () => {
  throw new BerthError('unreachable', 'Nobody answers.', { hint: 'Start it.' });
});

async function run(checks: Check[], options?: { independent?: boolean }) {
  const results: CheckResult[] = [];
  const well = await climb('x:y', checks, (result) => results.push(result), new AbortController().signal, options);
  return { well, results: results.map(({ ms: _ms, ...rest }) => rest), times: results.map(({ ms }) => ms) };
}

describe('climb', () => {
  it('reports each rung, and goes on after a warning', async () => {
    const { well, results, times } = await run([doubtful, good]);
    expect(well).toBe(true);
    expect(results).toEqual([
      { id: 'doubtful', title: 'Title of doubtful', target: 'x:y', outcome: 'warn', evidence: 'so so', remedy: 'look' },
      { id: 'good', title: 'Title of good', target: 'x:y', outcome: 'pass', evidence: 'fine', remedy: null },
    ]);
    expect(times.every((ms) => ms >= 0)).toBe(true);
  });

  it('turns a thrown error into a failure with its hint, and skips what stands on it', async () => {
    const { well, results } = await run([broken, good]);
    expect(well).toBe(false);
    expect(results.map(({ outcome, evidence, remedy }) => ({ outcome, evidence, remedy }))).toEqual([
      { outcome: 'fail', evidence: 'Nobody answers.', remedy: 'Start it.' },
      { outcome: 'skip', evidence: 'not asked, because "Title of broken" failed', remedy: null },
    ]);
  });

  it('asks independent rungs all the same', async () => {
    const { well, results } = await run([broken, good], { independent: true });
    expect(well).toBe(false);
    expect(results.map(({ outcome }) => outcome)).toEqual(['fail', 'pass']);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const stop = rung('stop', () => {
      controller.abort();
      return { outcome: 'pass', evidence: '' };
    });
    const results: CheckResult[] = [];
    const climbing = climb('x', [stop, good], (result) => results.push(result), controller.signal);
    await expect(climbing).rejects.toMatchObject({ code: 'cancelled' });
    expect(results).toHaveLength(1);
  });
});
