import { expect, test } from 'vitest';
import { guessLevel } from '../../../../main/core/logs/guess-level.ts';

test.each([
  ['I1121 10:00:00.000000       1 main.go:10] starting', 'info'],
  ['W1121 10:00:00.000000       1 reflector.go:1] failed', 'warn'],
  ['E1121 10:00:00.000000       1 run.go:74] "command failed"', 'error'],
  ['F1121 10:00:00.000000       1 main.go:1] fatal', 'error'],
  ['{"time":"2026-11-21T10:00:00Z","level":"WARN","msg":"x"}', 'warn'],
  ['{"severity": "ERROR", "message": "x"}', 'error'],
  ['time=2026-11-21T10:00:00Z level=debug msg="x"', 'debug'],
  ['2026-11-21T10:00:00Z ERROR could not', 'error'],
  ['[2026-11-21 10:00:00,123] [warning] slow', 'warn'],
  ['[INFO] ready', 'info'],
  ['warning: deprecated', 'warn'],
  ['Error: listen tcp 127.0.0.1:80: bind: address already in use', 'error'],
  ['panic: runtime error: index out of range', 'error'],
  ['TypeError: x is not a function', 'error'],
  ['Traceback (most recent call last):', 'error'],
  ['no error here', 'info'],
  ['Server: errors are fine', 'info'],
  ['', 'info'],
] as const)('%s is %s', (text, level) => {
  expect(guessLevel(text)).toBe(level);
});
