import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../../../.ci/run', import.meta.url));

/** Runs the real .ci/run with an `npm` that answers each stage as told: what it prints and its exit code. */
function ciRun(
  stages: Record<
    'install' | 'test' | 'run check' | 'run test:long' | 'run test:cluster' | 'run test:clients',
    [says: string, code: number]
  >,
) {
  const root = mkdtempSync(join(tmpdir(), 'berth-ci-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'bin'));
  cpSync(script, join(root, '.ci', 'run'));
  const cases = Object.entries(stages).map(
    ([args, [says, code]]) => `'${args}') printf '%s\\n' '${says}'; exit ${code};;`,
  );
  writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n`, { mode: 0o755 });
  const PATH = `${join(root, 'bin')}${delimiter}${process.env['PATH']}`;
  const { status, stdout } = spawnSync('bash', [join(root, '.ci', 'run')], { env: { PATH }, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  return { status, last: lines.at(-1), lines, counts: lines.filter((line) => /^\d+ passed/.test(line)) };
}

const good = {
  install: ['added 400 packages', 0],
  test: ['one suite: 3 passed\n10 passed, 0 failed, 1 skipped', 0],
  'run check': ['11 passed, 0 failed, 0 skipped', 0],
  'run test:long': ['4 passed, 0 failed, 0 skipped', 0],
  'run test:cluster': ['0 passed, 0 failed, 1 skipped', 0],
  'run test:clients': ['2 passed, 0 failed, 0 skipped', 0],
} satisfies Parameters<typeof ciRun>[0];

test('the last line is the sum of all stages, and the only one of its kind', () => {
  const run = ciRun(good);
  expect(run).toMatchObject({ status: 0, last: '27 passed, 0 failed, 2 skipped' });
  expect(run.counts).toHaveLength(1);
  expect(run.lines).toContain('test | one suite: 3 passed');
});

test('a stage that fails does not keep the others from running', () => {
  const run = ciRun({ ...good, test: ['9 passed, 1 failed, 1 skipped', 1] });
  expect(run).toMatchObject({ status: 1, last: '26 passed, 1 failed, 2 skipped' });
  expect(run.lines).toContain('cluster | 0 passed, 0 failed, 1 skipped');
});

test('a stage that ends badly counts as a failure even when its numbers do not say so', () => {
  expect(ciRun({ ...good, 'run check': ['11 passed, 0 failed, 0 skipped', 7] })).toMatchObject({
    status: 1,
    last: '27 passed, 1 failed, 2 skipped',
  });
});

test('a stage without a closing line counts as a failure', () => {
  expect(ciRun({ ...good, 'run test:cluster': ['Killed', 137] })).toMatchObject({
    status: 1,
    last: '27 passed, 1 failed, 1 skipped',
  });
});

test('nothing runs when npm install fails', () => {
  const run = ciRun({ ...good, install: ['network is down', 1] });
  expect(run).toMatchObject({ status: 1, last: '0 passed, 1 failed, 0 skipped' });
  expect(run.lines).toContain('install | network is down');
});
