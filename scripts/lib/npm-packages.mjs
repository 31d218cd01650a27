import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How long npm may take for one installation. */
const INSTALL_MS = 180_000;

/** A cache of that name, outside of the checkout, which must not hold others' programs. */
export function cacheFolder(name, env = process.env) {
  const base = env.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), name);
}

/**
 * The folder in the cache whose `node_modules` has these packages (name to version), installed from the npm registry when it is not
 * there yet, without their install scripts. It appears whole or not at all, also when two runs install it at once; other versions
 * are another folder. `missing` says why it is not there: npm's reason, or a file of `files` that a package does not bring for this
 * machine.
 * @param {string} cache
 * @param {Record<string, string>} packages
 * @param {{ files?: string[], withinMs?: number, beforeInstall?: () => void }} [options] `files` are relative to `node_modules`
 * @returns {Promise<{ modules: string } | { missing: string }>}
 */
export async function providePackages(cache, packages, { files = [], withinMs = INSTALL_MS, beforeInstall } = {}) {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const place = join(cache, wanted.map((one) => one.replaceAll('/', '+')).join('_'));
  const modules = join(place, 'node_modules');
  if (existsSync(modules)) return { modules };
  beforeInstall?.();
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, '.draft-'));
  try {
    writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
    const problem =
      (await npmInstall(wanted, draft, withinMs)) ?? lacking(join(draft, 'node_modules'), packages, files);
    if (problem) return { missing: `${wanted.join(', ')} could not be installed: ${problem}` };
    try {
      renameSync(draft, place);
    } catch (error) {
      if (!existsSync(modules)) throw error;
    }
    return { modules };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * A Node of at least this major version: the one that runs, or one from npm.
 * @returns {Promise<{ path: string } | { missing: string }>}
 */
export async function provideNode(cache, major) {
  if (Number(process.versions.node.split('.')[0]) >= major) return { path: process.execPath };
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const file = join(name, 'bin', windows ? 'node.exe' : 'node');
  const found = await providePackages(cache, { [name]: String(major) }, { files: [file] });
  return 'missing' in found ? found : { path: join(found.modules, file) };
}

/** Null when all went well, else what npm said last. */
async function npmInstall(wanted, cwd, withinMs) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel', 'error'];
  // Where there is no registry, one more try is enough to know.
  const args = ['install', ...quiet, '--fetch-retries', '1', '--fetch-retry-mintimeout', '1000', ...wanted];
  const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
    timeout: withinMs,
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

/** What npm left out without a word: packages for other machines, and a version that is not the one that was asked for. */
function lacking(modules, packages, files) {
  const absent = files.find((file) => !existsSync(join(modules, file)));
  if (absent) return `it has no ${absent} for ${process.platform}-${process.arch}`;
  for (const [name, version] of Object.entries(packages)) {
    const found = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;
    // A bare major version is a range.
    if (version.includes('.') && found !== version) return `npm has brought ${name} ${found}`;
  }
  return null;
}
