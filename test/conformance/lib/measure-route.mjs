import { join } from 'node:path';
import { during } from '../../../bench/lib/during.mjs';
import { runSuite } from './run-suite.mjs';
import { answersOf, differences, notRefused } from './same-answers.mjs';

/**
 * What came of one route. `suites` holds results by the suite's name, `broken` why one could not be run. `answers` are what the fixture
 * said, `differing` where that is not what it says by itself; null where that was not compared. `passed` is what a guard let through.
 * @typedef {{
 *   route: string, suites: Record<string, import('./results.mjs').ScenarioResult[]>, broken: Record<string, string>,
 *   answers: ReadonlyMap<string, string>, differing: { name: string, wanted: string, got: string }[] | null, passed: string[],
 * }} MeasuredRoute
 */

/**
 * @param {import('./routes.mjs').Route} route
 * @param {import('./routes.mjs').World} world
 * @param {{ suite: import('./suites.mjs').Suite, tool: any }[]} tools
 * @param {string} folder
 * @param {readonly MeasuredRoute[]} before routes that were measured already, the direct one among them
 * @returns {Promise<MeasuredRoute>}
 */
export function measureRoute(route, world, tools, folder, before) {
  return during(route.open(world), async ({ url }) => {
    /** @type {MeasuredRoute} */
    const measured = { route: route.name, suites: {}, broken: {}, answers: new Map(), differing: null, passed: [] };
    const direct = before.find((one) => one.route === 'direct');
    if (route.blocks) {
      const tools = [...(direct?.answers.keys() ?? [])].filter((name) => name.startsWith('tool '));
      measured.passed = await notRefused(
        url,
        tools.map((name) => name.slice('tool '.length)),
      );
    } else {
      measured.answers = await answersOf(url);
      if (direct) measured.differing = differences(direct.answers, measured.answers);
    }
    for (const { suite, tool } of tools) {
      // A guard that refuses is shown in the era of sessions, whose scenarios all tell a refusal from an answer.
      if (route.blocks && suite.expected === null) continue;
      const results = join(folder, `${route.name}-${suite.name}`);
      try {
        measured.suites[suite.name] = await runSuite(tool, suite, url, results);
      } catch (error) {
        measured.broken[suite.name] = error.message;
      }
    }
    return measured;
  });
}
