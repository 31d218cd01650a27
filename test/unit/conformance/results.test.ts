import { describe, expect, it } from 'vitest';
import { failureLines, scenarioTable } from '../../conformance/lib/report.mjs';
import { resultOf, scenarioOfFolder, totalOf } from '../../conformance/lib/results.mjs';

const check = (id: string, status: string, errorMessage?: string) => ({
  id,
  status,
  ...(errorMessage === undefined ? {} : { errorMessage }),
});

describe('results of the suite', () => {
  it.each([
    ['server-ping-2026-11-21T15-27-39-734Z', 'ping'],
    ['server-server-sse-polling-2026-11-21T15-27-40-666Z', 'server-sse-polling'],
    ['server-elicitation-sep1034-defaults-2026-11-21T15-27-40-436Z', 'elicitation-sep1034-defaults'],
    ['server-ping', null],
    ['initialize-2026-11-21T15-27-39-734Z', null],
  ])('knows the scenario of %s', (folder, scenario) => {
    expect(scenarioOfFolder(folder)).toBe(scenario);
  });

  it('counts passed and failed checks as the suite does, warnings apart', () => {
    const checks = [
      check('a', 'SUCCESS'),
      check('b', 'FAILURE', 'Expected 1'),
      check('c', 'FAILURE'),
      check('d', 'WARNING', 'Should'),
      check('e', 'INFO'),
      check('f', 'SKIPPED'),
    ];
    expect(resultOf('ping', true, checks)).toEqual({
      scenario: 'ping',
      scored: true,
      ok: 1,
      failed: 2,
      warned: 1,
      problems: [
        { id: 'b', why: 'Expected 1' },
        { id: 'c', why: 'it failed' },
      ],
    });
  });

  it('adds up', () => {
    const one = resultOf('a', true, [check('a', 'SUCCESS'), check('b', 'FAILURE')]);
    const two = resultOf('b', false, [check('c', 'SUCCESS'), check('d', 'WARNING')]);
    expect(totalOf([one, two])).toEqual({ ok: 2, failed: 1, warned: 1 });
  });
});

describe('the report', () => {
  const direct = [
    resultOf('ping', true, [check('ping', 'SUCCESS')]),
    resultOf('tasks', false, [check('tasks', 'FAILURE', 'No tasks')]),
  ];
  const broken = [resultOf('ping', true, [check('ping', 'FAILURE', 'No\n  answer')]), direct[1]].filter((r) => !!r);

  it('has a row for each scenario and a column for each route', () => {
    const table = scenarioTable([
      { route: 'direct', results: direct },
      { route: 'gateway', results: broken },
      { route: 'other', results: [] },
    ]);
    expect(table.split('\n')).toEqual([
      '  scenario      direct     gateway  other',
      '  ping               1  0/1 failed      -',
      '  (tasks)   0/1 failed  0/1 failed      -',
      '  total     1/1 failed  0/2 failed      0',
    ]);
  });

  it('says once why a check fails on routes, and nothing of what fails directly', () => {
    const naming = (route: string) => [resultOf('ping', true, [check('ping', 'FAILURE', `No\n  answer of ${route}`)])];
    expect(
      failureLines(direct, [
        { route: 'gateway', results: naming('gateway') },
        { route: 'bridge', results: [...naming('bridge'), ...direct] },
      ]),
    ).toEqual(['gateway, bridge: ping (ping): No answer of SERVER']);
  });
});
