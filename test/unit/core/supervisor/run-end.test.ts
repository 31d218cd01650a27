import { expect, test } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { LastLines } from '../../../../main/core/supervisor/last-lines.ts';
import { endOfFailure, endOfProcess } from '../../../../main/core/supervisor/run-end.ts';

const failures = [
  { pattern: '(broken', code: 'start-failed', message: 'never', permanent: true },
  { pattern: 'address already in use', code: 'port-in-use', message: 'taken', permanent: false },
  { pattern: '^Error:', code: 'invalid-config', message: 'bad', hint: 'mend it', permanent: true },
] as const;

test('the preset’s first pattern that fits any line counts, in any case', () => {
  const lines = ['Error: listen: Address Already In Use', 'usage: …'];
  expect(endOfProcess({ code: 1, signal: null }, lines, failures)).toEqual({
    error: { code: 'port-in-use', message: 'taken', details: { exitCode: 1, signal: null, lines } },
    verdict: 'retry',
  });
  expect(endOfProcess({ code: 1, signal: null }, ['error: no'], failures)).toMatchObject({
    error: { code: 'invalid-config', hint: 'mend it' },
    verdict: 'permanent',
  });
});

test.each([
  [{ code: 2, signal: null }, ['a', 'b', ' '], 'The server ended with exit code 2: b'],
  [{ code: null, signal: 'SIGKILL' as const }, [], 'The server ended by signal SIGKILL and said nothing.'],
  [
    { code: null, signal: 'SIGKILL' as const },
    ['I1121 10:00:00.0 x.go:1] ready'],
    'The server ended by signal SIGKILL.',
  ],
  [
    { code: null, signal: 'SIGABRT' as const },
    ['panic: no memory', 'goroutine 1'],
    'The server ended by signal SIGABRT: panic: no memory',
  ],
])('without a pattern it speaks for itself', (exit, lines, message) => {
  expect(endOfProcess(exit, lines, failures)).toMatchObject({
    error: { code: 'start-failed', message },
    verdict: 'retry',
  });
});

test.each([
  ['command-missing', true, 'permanent'],
  ['invalid-config', true, 'permanent'],
  ['auth-failed', false, 'permanent'],
  ['not-found', true, 'permanent'],
  ['timed-out', true, 'retry'],
  ['unreachable', true, 'retry'],
  ['port-in-use', true, 'retry'],
  ['unreachable', false, 'away'],
  ['timed-out', false, 'away'],
  ['protocol', false, 'retry'],
] as const)('%s of our own process (%s) means %s', (code, own, verdict) => {
  expect(endOfFailure(new BerthError(code, 'x'), own).verdict).toBe(verdict);
});

test('what is no BerthError is a failed start', () => {
  expect(endOfFailure(new TypeError('oops'), true).error).toEqual({ code: 'start-failed', message: 'oops' });
});

test('only the newest lines are kept, and each is bounded', () => {
  const lines = new LastLines(3, 5);
  for (let index = 0; index < 100; index += 1) lines.push(`${index}`);
  lines.push('too long');
  expect(lines.list()).toEqual(['98', '99', 'too l…']);
});
