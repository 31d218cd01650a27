#!/usr/bin/env node
// The official conformance suite against a fixture server of our own, directly and through Berth: docs/conformance.md.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, startBerth } from '../../bench/lib/berth.mjs';
import { during } from '../../bench/lib/during.mjs';
import { machineFacts, machineText } from '../../bench/lib/machine.mjs';
import { ensureBuilt } from '../../scripts/lib/ensure-built.mjs';
import { startFixture } from './lib/fixture-http.mjs';
import { suiteCache, suiteTool } from './lib/install.mjs';
import { measureRoute } from './lib/measure-route.mjs';
import { answersReport, failureLines, scenarioTable } from './lib/report.mjs';
import { routes } from './lib/routes.mjs';
import { suites } from './lib/suites.mjs';
import { verdicts } from './lib/verdict.mjs';

const usage = `npm run conformance -- [--route NAME]… [--suite NAME]… [--json FILE] [--list]

Runs @modelcontextprotocol/conformance (installed into ${suiteCache}) against the built Berth.
  --route NAME  only this way to the fixture, and the one without Berth that it is compared with
  --suite NAME  only this set of scenarios
  --json FILE   writes all results there, too
  --list        names routes and suites and runs none
Exits with 1 when a bar is missed or a run fails, with 2 when it was called wrongly.`;

/** Shown of one verdict; `--json` has all. */
const MOST_MISSES = 12;

// What was begun is tidied up at the exit, which a signal alone does not bring about.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.exitCode = await main();

async function main() {
  const chosen = parsed();
  if (typeof chosen === 'number') return chosen;
  const broken = await ensureBuilt(root);
  if (broken) {
    console.error(broken);
    return 1;
  }
  const { tools, skipped } = await suiteTools(chosen.suites);
  const machine = machineFacts();
  console.log(machineText(machine));
  const measured = await measureAll(chosen.routes, tools);
  const found = verdicts(routes, suites, measured);
  report(chosen.routes, tools, measured, found, skipped);
  if (chosen.json) {
    const answers = (route) => route.differing;
    const plain = measured.map((route) => ({ ...route, answers: undefined, differing: answers(route) }));
    writeFileSync(chosen.json, `${JSON.stringify({ machine, skipped, routes: plain, verdicts: found }, null, 2)}\n`);
  }
  return found.every(({ misses }) => misses.length === 0) ? 0 : 1;
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        route: { type: 'string', multiple: true, default: [] },
        suite: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (values.list) {
      console.log(routes.map(({ name, title }) => `${name.padEnd(14)}${title}`).join('\n'));
      console.log(suites.map(({ name, version }) => `${name.padEnd(14)}${version}`).join('\n'));
      return 0;
    }
    const wantedRoutes = named('route', routes, values.route);
    const baselines = new Set(['direct', ...wantedRoutes.map(({ baseline }) => baseline)]);
    return {
      routes: routes.filter((route) => wantedRoutes.includes(route) || baselines.has(route.name)),
      suites: named('suite', suites, values.suite),
      json: values.json,
    };
  } catch (error) {
    console.error(`conformance: ${error.message}\n\n${usage}`);
    return 2;
  }
}

/** The entries of these names, or all. */
function named(kind, entries, names) {
  const unknown = names.find((name) => !entries.some((entry) => entry.name === name));
  if (unknown !== undefined)
    throw new Error(`no ${kind} ${unknown}; there are ${entries.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name));
}

/** Suites with what runs them, and why others cannot run here. */
async function suiteTools(wanted) {
  const tools = [];
  const skipped = [];
  for (const suite of wanted) {
    const tool = await suiteTool(suite, suiteCache);
    if ('missing' in tool) skipped.push({ suite: suite.name, why: tool.missing });
    else tools.push({ suite, tool });
  }
  return { tools, skipped };
}

async function measureAll(chosen, tools) {
  // Short, since the path of a Unix socket may have 107 bytes only; real, since /tmp is a link on macOS.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'bc-'));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  try {
    return await during(startFixture(), (fixture) =>
      during(startBerth(join(folder, 'b')), async (berth) => {
        const measured = [];
        for (const route of chosen) {
          console.error(`  … ${route.name}: ${route.title}`);
          measured.push(await measureRoute(route, { fixture, berth }, tools, folder, measured));
        }
        return measured;
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', removeNow);
  }
}

function report(chosen, tools, measured, found, skipped) {
  console.log(`\nRoutes:\n${chosen.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n')}`);
  for (const { suite } of tools) {
    const columns = measured.map(({ route, suites: ran }) => ({ route, results: ran[suite.name] ?? [] }));
    const direct = columns.find(({ route }) => route === 'direct')?.results ?? [];
    console.log(`\n${suite.name} (${suite.version}): checks that passed; in brackets what the suite does not count`);
    console.log(scenarioTable(columns));
    const isBlocked = (name) => chosen.some((route) => route.name === name && route.blocks);
    const lines = failureLines(
      direct,
      columns.filter(({ route }) => !isBlocked(route)),
    );
    if (lines.length > 0) console.log(`\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
  console.log(`\nAnswers, compared as text:\n${answersReport(measured)}`);
  console.log('');
  for (const { suite, why } of skipped) console.log(`Skipped: ${suite}: ${why}`);
  for (const { suite, route, text, misses, notes } of found) {
    console.log(`${misses.length === 0 ? 'ok    ' : 'MISSED'} ${suite}, ${route}: ${text}`);
    for (const miss of misses.slice(0, MOST_MISSES)) console.log(`         ${miss}`);
    if (misses.length > MOST_MISSES) console.log(`         and ${misses.length - MOST_MISSES} more`);
    for (const note of notes) console.log(`         (${note})`);
  }
}
