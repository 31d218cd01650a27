import { describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../conformance/lib/results.mjs';
import { blockedVerdict, directVerdict, routeVerdict, verdicts } from '../../conformance/lib/verdict.mjs';

const of = (scenario: string, ok: number, failed = 0, scored = true): ScenarioResult => ({
  scenario,
  scored,
  ok,
  failed,
  warned: 0,
  problems: [],
});

describe('the verdict on the fixture itself', () => {
  it('is a number of checks where the suite is to pass as a whole', () => {
    expect(directVerdict([of('ping', 2), of('tools-list', 3)], 5)).toMatchObject({ text: '5/5', misses: [] });
    expect(directVerdict([of('ping', 2), of('tools-list', 2)], 5).misses).toEqual(['4 checks passed, and not 5']);
    expect(directVerdict([of('ping', 2), of('extra', 3, 1, false)], 5).misses).toEqual(['extra fails']);
  });

  it('is only about what is scored where the suite is not', () => {
    expect(directVerdict([of('ping', 2), of('tasks', 1, 7, false)], null)).toMatchObject({ text: '3/10', misses: [] });
    expect(directVerdict([of('ping', 1, 1)], null).misses).toEqual(['ping fails']);
  });
});

describe('the verdict on a route', () => {
  const direct = [of('ping', 2), of('tasks', 1, 7, false)];

  it('is met when every scenario is as it is without Berth', () => {
    expect(routeVerdict(direct, direct)).toEqual({ text: '3/10', misses: [], notes: [] });
  });

  it.each([
    ['a check fails more', [of('ping', 1, 1), of('tasks', 1, 7)], ['ping fails 1 check, without Berth 0']],
    ['a check passes less', [of('ping', 1), of('tasks', 1, 7)], ['ping passes 1 check, without Berth 2']],
    ['a scenario is missing', [of('ping', 2)], ['tasks was not run']],
    [
      'a scenario that is not scored fails more',
      [of('ping', 2), of('tasks', 0, 8)],
      ['tasks fails 8 checks, without Berth 7'],
    ],
  ])('is missed when %s', (_, route, misses) => {
    expect(routeVerdict(direct, route).misses).toEqual(misses);
  });

  it('is missed where there is nothing to compare with', () => {
    expect(routeVerdict([], [of('ping', 2)]).misses).toEqual(['there is nothing to compare it with']);
  });

  it('says where the form of answers lets fewer checks apply, and excuses no failure with it', () => {
    const polling = [of('server-sse-polling', 3, 0, false)];
    const fewer = routeVerdict(polling, [of('server-sse-polling', 0, 0, false)]);
    expect(fewer.misses).toEqual([]);
    expect(fewer.notes).toEqual([
      expect.stringMatching(/^server-sse-polling passes 0 checks, without Berth 3: its three checks/),
    ]);
    expect(routeVerdict(polling, [of('server-sse-polling', 2, 1, false)]).misses).toHaveLength(1);
  });
});

describe('the verdict on a guard that refuses every tool', () => {
  const direct = [of('ping', 1), of('tools-call-simple-text', 1), of('tools-call-image', 1), of('elicitation-x', 5)];

  it('is met when the scenarios that call tools fail, but for those that take any error text', () => {
    const route = [
      of('ping', 1),
      of('tools-call-simple-text', 1),
      of('tools-call-image', 0, 1),
      of('elicitation-x', 0, 1),
    ];
    expect(blockedVerdict(direct, route)).toEqual({
      text: '2/4, 2 of 2 scenarios that call a tool are refused',
      misses: [],
      notes: [],
    });
  });

  it('is missed when one passes, or anything else fails', () => {
    const route = [
      of('ping', 0, 1),
      of('tools-call-simple-text', 1),
      of('tools-call-image', 1),
      of('elicitation-x', 0, 1),
    ];
    expect(blockedVerdict(direct, route).misses).toEqual([
      'tools-call-image passes although the tool should be refused',
      'ping fails 1 check, without Berth 0',
    ]);
  });
});

describe('all verdicts of a run', () => {
  const routes = [
    { name: 'direct', baseline: null },
    { name: 'gateway', baseline: 'direct' },
    { name: 'blocked', baseline: 'direct', blocks: true },
  ];
  const suites = [{ name: 'active', expected: 2 }];
  const measured = { broken: {}, answers: new Map([['tools/list', '[]']]), differing: [], passed: [] };

  it('compares routes with their baselines, and their answers', () => {
    const found = verdicts(routes, suites, [
      { ...measured, route: 'direct', suites: { active: [of('ping', 2)] }, differing: null },
      {
        ...measured,
        route: 'gateway',
        suites: { active: [of('ping', 1)] },
        differing: [{ name: 'tools/list', wanted: '[]', got: '[1]' }],
      },
      { ...measured, route: 'blocked', suites: {}, broken: { active: 'no Node' }, passed: ['echo is not refused'] },
    ]);
    expect(found.map(({ suite, route, text, misses }) => `${suite}, ${route}: ${text} (${misses.join('; ')})`)).toEqual(
      [
        'active, direct: 2/2 ()',
        "answers, direct: 1 of 1 are the fixture's own ()",
        'active, gateway: 1/1 (ping passes 1 check, without Berth 2)',
        "answers, gateway: 0 of 1 are the fixture's own (tools/list: [1])",
        'active, blocked: it could not be run (no Node)',
        'answers, blocked: every tool is refused (echo is not refused)',
      ],
    );
  });
});
