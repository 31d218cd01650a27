import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const executables = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/**
 * The Electron that is on this machine already: `ELECTRON_OVERRIDE_DIST_PATH`, else `node_modules/electron/dist`; null for none.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} options
 * @returns {{ path: string, folder: string, from: string } | null}
 */
export function findElectron({ root, env = process.env }) {
  const name = executables[process.platform] ?? 'electron';
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const path = join(env.ELECTRON_OVERRIDE_DIST_PATH, name);
    return existsSync(path)
      ? { path, folder: env.ELECTRON_OVERRIDE_DIST_PATH, from: 'ELECTRON_OVERRIDE_DIST_PATH' }
      : null;
  }
  const own = join(root, 'node_modules', 'electron');
  const folder = join(own, 'dist');
  const path = join(folder, name);
  // The installer writes path.txt last: without it the folder is half a download.
  const whole = existsSync(join(own, 'path.txt')) && existsSync(path) && sameVersion(own, folder);
  return whole ? { path, folder, from: 'node_modules/electron' } : null;
}

function sameVersion(own, folder) {
  try {
    const wanted = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version;
    return readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '') === wanted;
  } catch {
    return false;
  }
}

/**
 * Lets npm's `electron` fetch its binary, for at most `seconds`. Answers null when it is there, else why not in a few words.
 * `onProgress` is told once a second how many seconds have passed.
 * @param {{ root: string, seconds: number, env?: NodeJS.ProcessEnv, onProgress?: (passed: number) => void, signal?: AbortSignal }} options
 * @returns {Promise<string | null>}
 */
export function downloadElectron({ root, seconds, env = process.env, onProgress = () => {}, signal }) {
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return Promise.resolve('the electron package is not installed');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    let passed = 0;
    let verdict = null;
    const stop = (why) => {
      verdict ??= why;
      child.kill('SIGKILL');
    };
    const clock = setInterval(() => {
      passed += 1;
      onProgress(passed);
      if (passed >= seconds) stop(`its download took longer than ${seconds} s`);
    }, 1000);
    signal?.addEventListener('abort', () => stop('interrupted'), { once: true });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('error', (error) => {
      verdict ??= error.message;
    });
    child.once('close', (code) => {
      clearInterval(clock);
      if (verdict === null && code !== 0) verdict = `its download failed (${firstReason(errors) || `exit ${code}`})`;
      resolve(verdict);
    });
  });
}

/** The first line that a person can use of a stack trace. */
function firstReason(text) {
  const line = text.split('\n').find((each) => /\w*Error\b|E[A-Z]{4,}/.test(each)) ?? '';
  return line
    .replace(/^\s*\w*Error:\s*/, '')
    .trim()
    .slice(0, 160);
}
