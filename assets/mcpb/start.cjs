// Part of a bundle that Berth made for one of its servers. Starts the bridge of the installed Berth, which is the newest; where that
// has gone or moved, the bridge in this bundle still reaches a Berth that runs. No cluster credential and no token is in here.
const { spawn } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { installed, own, env } = JSON.parse(readFileSync(join(__dirname, 'berth.json'), 'utf8'));

if (installed.needs.every((path) => existsSync(path))) startInstalled();
else runOwn();

function startInstalled() {
  // Pipes, not inherited: the application may give this process streams that are no file descriptors.
  const child = spawn(installed.command, installed.args, {
    env: { ...process.env, ...env },
    stdio: 'pipe',
    windowsHide: true,
  });
  child.once('error', runOwn);
  child.once('spawn', () => {
    child.off('error', runOwn);
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    process.stdout.on('error', () => child.kill());
    process.stdin.pipe(child.stdin);
    child.stdout.pipe(process.stdout);
    child.stderr.pipe(process.stderr);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('close', (code) => process.exit(code ?? 1));
  });
}

function runOwn() {
  Object.assign(process.env, env);
  import(pathToFileURL(join(__dirname, 'bridge.mjs')).href)
    .then(({ runBridge }) => runBridge(own))
    .then(
      (code) => process.exit(code),
      (error) => {
        process.stderr.write(`berth: ${error instanceof Error ? error.message : error}\n`);
        process.exit(1);
      },
    );
}
