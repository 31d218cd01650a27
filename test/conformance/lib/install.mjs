import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { nodeMajor, suitePackage } from './suites.mjs';

/** How long npm may take for one package. */
const INSTALL_MS = 180_000;

/** Where the suite is kept: outside of the checkout, which must not hold its code. */
export function cacheFolder(env = process.env) {
  const base = env.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'berth-conformance');
}

/**
 * A version of the suite, ready to run: installed from the npm registry when it is not there yet, without its install scripts.
 * `missing` says why it is not.
 * @param {import('./suites.mjs').Suite} suite
 * @param {string} cache
 * @returns {Promise<{ node: string, script: string, scored: ReadonlySet<string> | null } | { missing: string }>}
 */
export async function suiteTool({ version, requirements }, cache) {
  const tool = await installed(suitePackage, version, cache);
  if ('missing' in tool) return tool;
  const node = await nodeForSuite(cache);
  if ('missing' in node) return node;
  const list = requirements === null ? null : parse(readFileSync(join(tool.folder, requirements), 'utf8')).server;
  return {
    node: node.path,
    script: join(tool.folder, 'dist', 'index.js'),
    scored: list === null ? null : new Set(list),
  };
}

async function nodeForSuite(cache) {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajor) return { path: process.execPath };
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const node = await installed(`node-${platform}-${process.arch}`, String(nodeMajor), cache);
  if ('missing' in node) return node;
  return { path: join(node.folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node') };
}

/** The folder of a package in the cache. It appears there whole or not at all, also when two runs install it at once. */
async function installed(name, version, cache) {
  const place = join(cache, `${name.replaceAll('/', '+')}@${version}`);
  const folder = join(place, 'node_modules', ...name.split('/'));
  if (existsSync(folder)) return { folder };
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, '.draft-'));
  try {
    writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
    const problem = await npmInstall(`${name}@${version}`, draft);
    if (problem) return { missing: `${name}@${version} could not be installed: ${problem}` };
    try {
      renameSync(draft, place);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
    return { folder };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Null when all went well, else what npm said last. */
async function npmInstall(what, cwd) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel', 'error'];
  // Where there is no registry, one more try is enough to know.
  const args = ['install', ...quiet, '--fetch-retries', '1', '--fetch-retry-mintimeout', '1000', what];
  const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
    timeout: INSTALL_MS,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  try {
    const [code] = await once(child, 'close');
    if (code === 0) return null;
    return said.trim().split('\n').slice(0, 3).join(' ') || `npm ended with ${code ?? 'a signal'}`;
  } catch (error) {
    return error.message;
  }
}
