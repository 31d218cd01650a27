import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { cacheFolder, provideNode, providePackages } from '../../../scripts/lib/npm-packages.mjs';
import { nodeMajor, suitePackage } from './suites.mjs';

/** Where the suite is kept: outside of the checkout, which must not hold its code. */
export const suiteCache = cacheFolder('berth-conformance');

/**
 * A version of the suite, ready to run: installed from the npm registry when it is not there yet, without its install scripts.
 * `missing` says why it is not.
 * @param {import('./suites.mjs').Suite} suite
 * @param {string} cache
 * @returns {Promise<{ node: string, script: string, scored: ReadonlySet<string> | null } | { missing: string }>}
 */
export async function suiteTool({ version, requirements }, cache) {
  const tool = await providePackages(cache, { [suitePackage]: version });
  if ('missing' in tool) return tool;
  const node = await provideNode(cache, nodeMajor);
  if ('missing' in node) return node;
  const folder = join(tool.modules, suitePackage);
  const list = requirements === null ? null : parse(readFileSync(join(folder, requirements), 'utf8')).server;
  return {
    node: node.path,
    script: join(folder, 'dist', 'index.js'),
    scored: list === null ? null : new Set(list),
  };
}
