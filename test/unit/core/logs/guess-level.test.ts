import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guessLevel, mayTellLevels } from '../../../../main/core/logs/guess-level.ts';

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

test('a text that cannot tell levels has only lines that are info', () => {
  const words = [
    '[ERROR] x',
    'level=warn',
    'dbg: x',
    'E1121 10:00:00.0 x',
    'F1121 10:00:00.0 x',
    'Traceback (most recent',
  ];
  const line = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ' ')) },
    fc.constantFrom('I1121 10:00:00.0 started', 'INFO ready', 'line 7 of the flood', 'level=info'),
    { weight: 1, arbitrary: fc.constantFrom(...words) },
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const text = lines.join('\n');
      if (mayTellLevels(text, Buffer.from(text, 'latin1'))) return;
      plain += 1;
      expect(lines.map(guessLevel).filter((level) => level !== 'info')).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
  // The property says nothing if every text could tell.
  expect(plain).toBeGreaterThan(500);
});
