#!/usr/bin/env node
/**
 * `npm start`: builds where needed, then opens the desktop app, or, where that is not possible, serves the same app to the
 * browser and says why. Arguments are passed on (`npm start -- --demo`); `--headless` asks for the browser.
 */
import { join } from 'node:path';
import { build, canBuild, isBuilt } from './lib/build.mjs';
import { serveArguments, whyItDidNotStart, whyNoDesktop } from './lib/choose-shell.mjs';
import { downloadElectron, findElectron } from './lib/electron-binary.mjs';
import { runInForeground } from './lib/foreground.mjs';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const seconds = Number(process.env.BERTH_DOWNLOAD_SECONDS ?? 60);

process.exitCode = await start();

async function start() {
  if (!isBuilt(root)) {
    if (!canBuild(root)) return fail('Berth is not built, and what builds it is not installed. Run `npm install`.');
    say('Building Berth…');
    const code = await build(root, { quiet: true });
    if (code !== 0) return code;
  }
  const { platform, env } = process;
  const impossible = whyNoDesktop({ platform, env, uid: process.getuid?.(), args });
  if (impossible !== null) return serve(impossible);
  const electron = findElectron({ root }) ?? (await fetchElectron());
  if (typeof electron === 'string') return serve(electron);
  const began = Date.now();
  const end = await runInForeground(electron.path, [root, ...args], { cwd: process.cwd() });
  const broken = whyItDidNotStart({ ...end, seconds: (Date.now() - began) / 1000 });
  return broken === null ? end.code : serve(broken);
}

/** Serves the app to the browser; opens one where there is a display to open it on. */
async function serve(why) {
  say(`Berth runs in the browser: ${why}.`);
  const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const berth = join(root, 'bin', 'berth.mjs');
  const open = display && !args.includes('--headless');
  const end = await runInForeground(process.execPath, [berth, ...serveArguments(args, { open })], {
    cwd: process.cwd(),
  });
  return end.code;
}

/** Electron's own download, shown and bounded; a string says why there is none. */
async function fetchElectron() {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return 'ELECTRON_OVERRIDE_DIST_PATH holds no Electron';
  const live = process.stderr.isTTY;
  if (!live) say(`Downloading Electron (once, at most ${seconds} s)…`);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  const why = await downloadElectron({
    root,
    seconds,
    signal: interrupt.signal,
    onProgress: (passed) => {
      if (live) process.stderr.write(`\rDownloading Electron (once): ${passed} of at most ${seconds} s…`);
    },
  });
  process.off('SIGINT', stop);
  if (live) process.stderr.write('\r\u001b[K');
  if (interrupt.signal.aborted) process.exit(130);
  return why === null
    ? (findElectron({ root }) ?? 'the downloaded Electron is not complete')
    : `there is no Electron: ${why}`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  return 1;
}
