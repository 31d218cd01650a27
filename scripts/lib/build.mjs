import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const sources = ['contract', 'main', 'preload', 'renderer', 'assets', 'vite.config.ts', 'package-lock.json'];
const products = ['renderer/index.html', 'preload/preload.cjs', 'electron/main.js', 'cli/cli.js', 'bridge/bridge.js'];

/**
 * Builds everything with Vite unless what is in `dist/` is newer than every source. Answers null, or why it could not.
 * @param {string} root
 */
export function ensureBuilt(root) {
  if (isFresh(root)) return null;
  console.log('Building (vite build)…');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [vite, 'build'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return null;
  return `vite build failed: ${error?.message ?? ''}\n${stdout}\n${stderr}`;
}

function isFresh(root) {
  const built = products.map((name) => join(root, 'dist', name));
  if (!built.every(existsSync)) return false;
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return sources.every((name) => newest(join(root, name)) < oldest);
}

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time changes when a file in it is removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
