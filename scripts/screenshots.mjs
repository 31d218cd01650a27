#!/usr/bin/env node
/**
 * Renews docs/screenshots: runs a real Berth with its demo clusters in a home of its own, docks servers, makes calls, and takes a
 * picture of every page in light and dark. Needs Chromium (BERTH_TEST_CHROMIUM or /usr/bin/chromium).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'docs', 'screenshots');
const launcher = join(root, 'bin', 'berth.mjs');
const home = mkdtempSync(join(tmpdir(), 'berth-screenshots-'));
const env = { PATH: process.env.PATH, HOME: home, BERTH_HOME: join(home, 'berth'), SHELL: '/bin/sh', LANG: 'C.UTF-8' };

/** Runs one `berth` command to its end; a failed start is part of what is shown, so the exit code is not judged. */
async function berth(...args) {
  const child = spawn(process.execPath, [launcher, ...args], { env, stdio: 'ignore' });
  await once(child, 'close');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function firstLine(stream) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error('berth serve ended before it was ready');
}

/** What can be seen when a page is there, in place of a time to wait. */
const pages = [
  ['servers', '#/servers', 'text=follows the active context'],
  ['server', '#/servers/cluster', 'text=Test connection'],
  ['contexts', '#/contexts', 'text=Sources'],
  ['clients', '#/clients', 'text=Any other client'],
  ['inspector', '#/inspector/cluster/pods_list', 'role=button[name=/^Run/]'],
  ['activity', '#/activity', 'text=Took'],
  ['doctor', '#/doctor', 'role=button[name="Run"]'],
  ['logs', '#/logs', 'text=endpoints at'],
  ['settings', '#/settings', 'text=Licence'],
];

mkdirSync(join(home, '.cursor'), { recursive: true });
mkdirSync(join(home, '.config', 'Claude'), { recursive: true });
mkdirSync(out, { recursive: true });
const args = [
  'serve',
  '--demo',
  '-o',
  'json',
  '--port',
  String(await freePort()),
  '--ui-port',
  String(await freePort()),
];
const serve = spawn(process.execPath, [launcher, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({
  executablePath: process.env.BERTH_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const { ui } = JSON.parse(await firstLine(serve.stdout));
  const base = new URL(ui).origin;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(ui);
  await page.waitForSelector('role=button[name="Dock"][disabled=false]');

  const shoot = async (name) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(
        (dark) => document.documentElement.classList.contains('dark') === dark,
        colorScheme === 'dark',
      );
      await page.screenshot({ path: join(out, `${name}-${colorScheme}.png`), animations: 'disabled' });
    }
  };
  await shoot('first-run');

  await berth('add', 'kubernetes-mcp-server', '--name', 'cluster', '--start');
  await berth('add', 'mcp-server-kubernetes', '--name', 'objects', '--context', 'demo-production', '--start');
  await berth('add', 'kubectl-mtv', '--name', 'migrations', '--context', 'demo-staging', '--start');
  await berth('install', 'cursor', 'cluster');
  for (const tool of ['pods_list', 'namespaces_list', 'events_list']) await berth('call', 'cluster', tool);
  await berth('call', 'cluster', 'pods_get', '--arg', 'name=storefront-web', '--arg', 'namespace=shop');
  await berth('call', 'cluster', 'pods_delete', '--arg', 'name=storefront-web');
  for (const [name, address, sign] of pages) {
    await page.goto(`${base}/${address}`);
    await page.waitForSelector(sign);
    if (name === 'server') {
      await page.click('role=button[name="Test connection"]');
      await page.waitForSelector('text=A safe read from the cluster');
    }
    if (name === 'inspector') {
      await page.click('role=button[name=/^Run/]');
      await page.waitForSelector('text=CrashLoopBackOff');
    }
    if (name === 'doctor') {
      await page.click('role=button[name="Run"]');
      await page.waitForSelector('text=Config file');
    }
    if (name === 'activity') await page.click('role=button[name=/pods_delete/]');
    await shoot(name);
  }
} finally {
  await browser.close();
  serve.kill('SIGTERM');
  if (serve.exitCode === null) await once(serve, 'close');
  rmSync(home, { recursive: true, force: true });
}
console.log(`Pictures of ${pages.length + 1} pages, light and dark, are in docs/screenshots.`);
