import { totalOf } from './results.mjs';

/** @typedef {import('./results.mjs').ScenarioResult} ScenarioResult */
/** @typedef {import('./measure-route.mjs').MeasuredRoute} MeasuredRoute */
/** @typedef {{ suite: string, route: string, text: string, misses: string[], notes: string[] }} Verdict */

/**
 * A verdict for every suite on every route that was measured, and one for each comparison of answers.
 * @param {readonly import('./routes.mjs').Route[]} routes
 * @param {readonly import('./suites.mjs').Suite[]} suites
 * @param {readonly MeasuredRoute[]} measured
 * @returns {Verdict[]}
 */
export function verdicts(routes, suites, measured) {
  return measured.flatMap((one) => {
    const route = routes.find(({ name }) => name === one.route);
    const ofSuites = suites.flatMap((suite) => {
      const broken = one.broken[suite.name];
      if (broken !== undefined) {
        return [{ suite: suite.name, route: one.route, text: 'it could not be run', misses: [broken], notes: [] }];
      }
      const results = one.suites[suite.name];
      if (!results) return [];
      const at = (name) => measured.find((other) => other.route === name)?.suites[suite.name] ?? [];
      return [{ suite: suite.name, route: one.route, ...ofRoute(route, suite, results, at) }];
    });
    return [...ofSuites, ofAnswers(one, route?.blocks === true)];
  });
}

function ofRoute(route, { expected }, results, at) {
  if (route.blocks) return blockedVerdict(at(route.baseline), results);
  if (route.baseline !== null) return routeVerdict(at(route.baseline), results);
  return route.name === 'direct' || expected === null
    ? directVerdict(results, expected)
    : routeVerdict(at('direct'), results);
}

function ofAnswers({ route, answers, differing, passed }, blocks) {
  const verdict = { suite: 'answers', route, notes: [] };
  if (blocks) return { ...verdict, text: 'every tool is refused', misses: passed };
  const wrong = differing ?? [];
  return {
    ...verdict,
    text: `${answers.size - wrong.length} of ${answers.size} are the fixture's own`,
    misses: wrong.map(({ name, got }) => `${name}: ${got.slice(0, MAX_SHOWN)}`),
  };
}

const MAX_SHOWN = 160;

/**
 * Scenarios whose checks only apply to a server that answers in a certain form, so that a route may pass fewer of them than the
 * fixture does by itself. Never an excuse for a check that fails.
 */
export const formDependent = {
  'server-sse-polling':
    'its three checks are about a server that closes the event stream of a call so that the client polls; Berth answers such a call with plain JSON, or on one stream, and the suite then counts nothing (not scored: pending)',
};

/** Scenarios that an answer with any error text satisfies, so that they pass where the guard refuses the call, too. */
const satisfiedByRefusal = ['tools-call-simple-text', 'tools-call-error'];

/**
 * Whether a route without Berth meets the bar: nothing that is scored fails, and as many checks pass as the suite has for a fixture
 * that implements all of it. `expected` is null where the suite holds scenarios that no fixture is expected to pass.
 * @param {readonly ScenarioResult[]} direct
 * @param {number | null} expected
 */
export function directVerdict(direct, expected) {
  const { ok, failed } = totalOf(direct);
  const misses = direct
    .filter((result) => result.failed > 0 && (result.scored || expected !== null))
    .map(({ scenario }) => `${scenario} fails`);
  if (expected !== null && ok !== expected) misses.push(`${ok} checks passed, and not ${expected}`);
  return { text: share(ok, failed), misses, notes: [] };
}

/**
 * Whether a route passes what the fixture passes by itself: every scenario fails in as few checks (none, where the bar is a number)
 * and passes as many.
 * @param {readonly ScenarioResult[]} direct
 * @param {readonly ScenarioResult[]} route
 */
export function routeVerdict(direct, route) {
  const { ok, failed } = totalOf(route);
  if (direct.length === 0)
    return { text: share(ok, failed), misses: ['there is nothing to compare it with'], notes: [] };
  const notes = [];
  const misses = direct.flatMap((wanted) => {
    const got = route.find(({ scenario }) => scenario === wanted.scenario);
    if (!got) return [`${wanted.scenario} was not run`];
    if (got.failed > wanted.failed)
      return [`${wanted.scenario} fails ${counted(got.failed)}, without Berth ${wanted.failed}`];
    if (got.ok >= wanted.ok) return [];
    const fewer = `${wanted.scenario} passes ${counted(got.ok)}, without Berth ${wanted.ok}`;
    if (!Object.hasOwn(formDependent, wanted.scenario)) return [fewer];
    notes.push(`${fewer}: ${formDependent[wanted.scenario]}`);
    return [];
  });
  return { text: share(ok, failed), misses, notes };
}

/**
 * Whether a route with a guard that refuses every tool does what it should: each scenario that calls one fails, but for those that
 * any error text satisfies, and every other one is as it is directly.
 * @param {readonly ScenarioResult[]} direct
 * @param {readonly ScenarioResult[]} route
 */
export function blockedVerdict(direct, route) {
  const { ok, failed } = totalOf(route);
  const calling = direct.filter(({ scenario }) => callsTool(scenario));
  const refused = calling.filter(({ scenario }) => !satisfiedByRefusal.includes(scenario));
  const passed = refused.filter((wanted) => route.find(({ scenario }) => scenario === wanted.scenario)?.failed === 0);
  const others = direct.filter(({ scenario }) => !callsTool(scenario) && !looksAtTools.includes(scenario));
  return {
    text: `${share(ok, failed)}, ${refused.length - passed.length} of ${refused.length} scenarios that call a tool are refused`,
    misses: [
      ...passed.map(({ scenario }) => `${scenario} passes although the tool should be refused`),
      ...routeVerdict(others, route).misses,
    ],
    notes: [],
  };
}

/** Scenarios that look at a tool without calling it, or call one on the side: what the guard hides, they cannot find. */
const looksAtTools = ['json-schema-2020-12', 'server-sse-polling', 'tools-list'];

function callsTool(scenario) {
  return scenario.startsWith('tools-call-') || scenario.startsWith('elicitation-');
}

function counted(checks) {
  return checks === 1 ? '1 check' : `${checks} checks`;
}

function share(ok, failed) {
  return `${ok}/${ok + failed}`;
}
