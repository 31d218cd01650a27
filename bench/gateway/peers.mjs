import { join } from 'node:path';
import { cacheFolder, providePackages } from '../../scripts/lib/npm-packages.mjs';

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

/** For all of them together. */
const INSTALL_WITHIN_MS = 5 * 60_000;

/**
 * The script of each peer, installed once into `${XDG_CACHE_HOME:-~/.cache}/berth-bench` with what npm has for this machine.
 * `missing` says why there are none.
 * @param {(text: string) => void} log
 * @returns {Promise<{ scripts: Record<keyof peerVersions, string>, missing: null } | { scripts: null, missing: string }>}
 */
export async function providePeers(log) {
  const cache = cacheFolder('berth-bench');
  const files = Object.entries(programs).map(([name, file]) => join(name, file));
  const options = { files, withinMs: INSTALL_WITHIN_MS, beforeInstall: () => log('installing the peers from npm') };
  const peers = await providePackages(cache, peerVersions, options);
  if ('missing' in peers) return { scripts: null, missing: `the peers cannot be installed from npm: ${peers.missing}` };
  const scripts = Object.entries(programs).map(([name, file]) => [name, join(peers.modules, name, file)]);
  return { scripts: Object.fromEntries(scripts), missing: null };
}
