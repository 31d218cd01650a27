import { expect, test } from 'vitest';
import type { ProgramSource } from '../../../../contract/model/preset.ts';
import type { ProgramDefinition } from '../../../../main/core/presets/preset-schema.ts';
import { inOrderOfUse, judgeProgram } from '../../../../main/core/presets/program-verdict.ts';

const program = { minimum: '1.0.0' } as ProgramDefinition;

function judged(source: ProgramSource, version: string | null, executable = true) {
  return judgeProgram(program, { path: `/${source}/${version}`, version, executable, source });
}

test.each([
  [judged('path', '1.0.0'), 'usable', null],
  [judged('path', null), 'unknown-version', null],
  [judged('path', 'unknown'), 'unknown-version', null],
  [judged('path', '0.9.9'), 'too-old', 'Version 0.9.9 is too old, 1.0.0 or later is needed'],
  [judged('path', '2.0.0', false), 'not-executable', '/path/2.0.0 is there, but you may not execute it'],
])('%j is %s', (facts, verdict, reason) => {
  expect([facts.verdict, facts.reason]).toEqual([verdict, reason]);
});

test('one that can be used comes before one that cannot, Berth’s before others, the newer of Berth’s first (D40)', () => {
  const order = (...programs: ReturnType<typeof judged>[]) => inOrderOfUse(programs).map(({ path }) => path);
  expect(order(judged('go', '9.0.0'), judged('path', '3.0.0'), judged('berth', '1.0.0'))).toEqual([
    '/berth/1.0.0',
    '/path/3.0.0',
    '/go/9.0.0',
  ]);
  expect(order(judged('berth', '1.0.0'), judged('bundled', '1.2.0'))).toEqual(['/bundled/1.2.0', '/berth/1.0.0']);
  expect(order(judged('bundled', '1.2.0'), judged('berth', '1.10.0'))).toEqual(['/berth/1.10.0', '/bundled/1.2.0']);
  expect(order(judged('berth', '0.1.0'), judged('path', '2.0.0', false), judged('go', null))).toEqual([
    '/go/null',
    '/berth/0.1.0',
    '/path/2.0.0',
  ]);
  // Of several on PATH, the first counts, as in a shell.
  expect(order(judged('path', '1.0.0'), judged('path', '2.0.0'))).toEqual(['/path/1.0.0', '/path/2.0.0']);
});
