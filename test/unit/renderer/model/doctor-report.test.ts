import { expect, test } from 'vitest';
import { groupByTarget, reportJson, targetTitle } from '../../../../renderer/model/doctor-report.ts';

const check = (target: string, id: string) => ({
  id,
  title: id,
  target,
  outcome: 'pass' as const,
  evidence: '',
  remedy: null,
  ms: 1,
});

test('checks stand with what they were asked of, in the order in which they came', () => {
  const groups = groupByTarget([check('context:a', '1'), check('server:s', '2'), check('context:a', '3')]);
  expect(groups.map(({ target, results }) => [target, results.map(({ id }) => id)])).toEqual([
    ['context:a', ['1', '3']],
    ['server:s', ['2']],
  ]);
});

test('targets by name, also when the name has colons', () => {
  expect(['berth', 'server:cluster', 'context:arn:aws:eks'].map(targetTitle)).toEqual([
    'Berth',
    'Server cluster',
    'Context arn:aws:eks',
  ]);
});

test('the report holds the checks as they came', () => {
  const checks = [check('berth', 'settings')];
  const about = { version: '1', shell: 'headless', platform: 'linux', at: '2026-01-01T00:00:00Z' };
  expect(JSON.parse(reportJson(checks, about))).toEqual({
    berth: '1',
    shell: 'headless',
    platform: 'linux',
    at: about.at,
    checks,
  });
});
