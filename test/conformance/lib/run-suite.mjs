import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultOf, scenarioOfFolder } from './results.mjs';

/** A scenario gives up after 30 s by itself, and one after the other may. */
const SUITE_MS = 600_000;

/**
 * Runs a suite against a URL and answers what came of its scenarios, in the order of the run. Rejects when the suite itself fails.
 * @param {{ node: string, script: string, scored: ReadonlySet<string> | null }} tool
 * @param {{ args: string[] }} suite
 * @param {string} url
 * @param {string} folder for its results
 * @returns {Promise<import('./results.mjs').ScenarioResult[]>}
 */
export async function runSuite({ node, script, scored }, { args }, url, folder) {
  mkdirSync(folder, { recursive: true });
  const child = spawn(node, [script, 'server', '--url', url, ...args, '-o', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SUITE_MS,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
  }
  const [code, signal] = await once(child, 'close');
  // The exit code says whether a check failed, which is counted here; without a summary the suite did not come to its end.
  if (!said.includes('=== SUMMARY ===')) {
    throw new Error(`the suite ended with ${code ?? signal}: ${said.trim().slice(-500)}`);
  }
  const order = [...said.matchAll(/^=== Running scenario: (\S+) ===$/gm)].map(([, name]) => name);
  const results = readdirSync(folder).flatMap((name) => {
    const scenario = scenarioOfFolder(name);
    const file = join(folder, name, 'checks.json');
    if (scenario === null || !existsSync(file)) return [];
    return [resultOf(scenario, scored?.has(scenario) ?? true, JSON.parse(readFileSync(file, 'utf8')))];
  });
  return results.sort((a, b) => order.indexOf(a.scenario) - order.indexOf(b.scenario));
}
