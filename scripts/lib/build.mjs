import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a build must have made, and the folders and files that it is made from. */
const outputs = [
  'dist/renderer/index.html',
  'dist/preload/preload.cjs',
  'dist/electron/main.js',
  'dist/cli/cli.js',
  'dist/bridge/bridge.js',
];
export const sources = ['contract', 'main', 'preload', 'renderer', 'vite.config.ts', 'package-lock.json'];

/** Whether dist is there and no older than anything that it is made from. */
export function isBuilt(root) {
  const files = outputs.map((name) => join(root, name));
  if (!files.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return sources.every((name) => newest(join(root, name)) <= oldest);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path, { withFileTypes: true }).reduce(
    (latest, entry) => Math.max(latest, newest(join(path, entry.name))),
    0,
  );
}

/** Whether the tools that build are installed; they are not after `npm install --omit=dev`. */
export function canBuild(root) {
  return existsSync(viteFile(root));
}

/** Builds everything; resolves with the exit code. What the build says is shown when `quiet` is false or when it fails. */
export function build(root, { quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [viteFile(root), 'build', ...(quiet ? ['--logLevel', 'warn'] : [])], {
      cwd: root,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const said = [];
    child.stdout?.on('data', (chunk) => said.push(chunk));
    child.stderr?.on('data', (chunk) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(said));
      resolve(code ?? 1);
    });
  });
}

function viteFile(root) {
  return join(root, 'node_modules', 'vite', 'bin', 'vite.js');
}
