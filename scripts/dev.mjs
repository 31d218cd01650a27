#!/usr/bin/env node
/**
 * `npm run dev`: serves Berth to the browser, and on each change of a source file builds again and restarts it. Arguments go to
 * `berth serve`. A build that fails leaves the running one alone.
 */
import { spawn } from 'node:child_process';
import { statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { build, sources } from './lib/build.mjs';

const SETTLE_MS = 200;
const root = join(import.meta.dirname, '..');
let server = null;
let building = null;
let again = false;
let timer = null;
let ending = false;

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (building) again = true;
    else building = rebuild();
  }, SETTLE_MS);
}

async function rebuild() {
  do {
    again = false;
    const began = Date.now();
    const code = await build(root, { quiet: true });
    if (ending) return;
    if (code === 0) {
      process.stderr.write(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.\n`);
      await restart();
    }
  } while (again);
  building = null;
}

async function restart() {
  await stop();
  if (ending) return;
  const args = [join(root, 'bin', 'berth.mjs'), 'serve', ...process.argv.slice(2)];
  server = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', detached: process.platform !== 'win32' });
}

function stop() {
  const child = server;
  server = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

async function end() {
  if (ending) return;
  ending = true;
  await stop();
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
for (const name of [...sources, 'assets']) {
  const path = join(root, name);
  watch(path, { recursive: statSync(path).isDirectory() }, changed);
}
changed();
