import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a user would run in Berth's place, exactly these versions. */
export const peerVersions = {
  supergateway: '4.0.0',
  'mcp-hub': '4.2.1',
  'mcp-proxy': '6.7.19',
  'mcp-remote': '0.15.1',
};

const programs = {
  supergateway: 'dist/index.js',
  'mcp-hub': 'dist/cli.js',
  'mcp-proxy': 'dist/bin/mcp-proxy.mjs',
  'mcp-remote': 'dist/proxy.js',
};

const INSTALL_WITHIN_MS = 5 * 60_000;

/**
 * The script of each peer, installed once into `${XDG_CACHE_HOME:-~/.cache}/berth-bench` with what npm has for this machine. Installed
 * beside and moved when complete, so that what is there is whole. `missing` says why there are none.
 * @param {(text: string) => void} log
 * @returns {Promise<{ scripts: Record<keyof peerVersions, string>, missing: null } | { scripts: null, missing: string }>}
 */
export async function providePeers(log) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth-bench');
  const folder = join(cache, folderName());
  if (!existsSync(folder)) {
    log('installing the peers from npm');
    const partial = join(cache, `partial-${process.pid}`);
    mkdirSync(partial, { recursive: true });
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    try {
      await install(partial);
      renameSync(partial, folder);
    } catch (error) {
      return { scripts: null, missing: `the peers cannot be installed from npm: ${error.message}` };
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  const scripts = Object.entries(programs).map(([name, file]) => [name, join(folder, 'node_modules', name, file)]);
  for (const [name] of scripts) requireVersion(folder, name);
  return { scripts: Object.fromEntries(scripts), missing: null };
}

/** Other versions are other peers. */
function folderName() {
  return Object.entries(peerVersions)
    .map(([name, version]) => `${name}-${version}`)
    .join('_');
}

function install(folder) {
  const wanted = Object.entries(peerVersions).map(([name, version]) => `${name}@${version}`);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...wanted];
  return new Promise((resolve, reject) => {
    execFile('npm', args, { cwd: folder, timeout: INSTALL_WITHIN_MS }, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const said = stderr.split('\n').find((line) => line.startsWith('npm error') && !/code/.test(line));
      reject(new Error(said?.replace(/^npm error\s*/, '') ?? error.message.split('\n')[0]));
    });
  });
}

function requireVersion(folder, name) {
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  if (version !== peerVersions[name]) throw new Error(`${folder} has ${name} ${version}: remove that folder`);
}
