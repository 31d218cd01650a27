import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { DesktopApp, desktopSandbox, root, statusThat } from './desktop.ts';
import { clickTray, trayLabels, watchTray } from './tray-probe.ts';

const server = join(root, 'test', 'fixtures', 'servers', 'good-stdio.mjs');
let sandbox: Sandbox;
let desktop: DesktopApp;
let rpc: RpcClient;

test.beforeEach(async () => {
  sandbox = await desktopSandbox();
  desktop = await DesktopApp.launch(sandbox, ['--demo']);
  rpc = await desktop.rpc();
  await watchTray(desktop.app);
  await rpc.call('servers.add', {
    preset: 'command',
    slug: 'good',
    context: 'active',
    options: { command: process.execPath, args: JSON.stringify([server]) },
  });
  await rpc.call('contexts.use', { context: 'demo-production' });
  await expect.poll(() => trayLabels(desktop.app)).toContainEqual([expect.stringContaining('good'), expect.anything()]);
});

test.afterEach(async () => {
  rpc.close();
  await desktop.quit();
  await sandbox.dispose();
});

const stateIs = (state: string) => statusThat(rpc, (status) => status.servers[0]?.state === state);

test('starts, restarts and stops a server, and shows how it stands', async () => {
  await clickTray(desktop.app, 'good', 'Start');
  const first = (await stateIs('ready')).servers[0]?.pid;
  expect(first).toBeGreaterThan(0);
  await expect
    .poll(() => trayLabels(desktop.app))
    .toContainEqual([expect.stringMatching(/^● good: Ready/), ['Start', 'Stop', 'Restart']]);
  await clickTray(desktop.app, 'good', 'Restart');
  await statusThat(rpc, (status) => status.servers[0]?.state === 'ready' && status.servers[0].pid !== first);
  await clickTray(desktop.app, 'good', 'Stop');
  await stateIs('stopped');
  await expect
    .poll(() => trayLabels(desktop.app))
    .toContainEqual([expect.stringMatching(/^○ good: Stopped/), ['Start', 'Stop', 'Restart']]);
});

test('switches the active context, and marks production', async () => {
  await clickTray(desktop.app, 'Context', 'demo-staging');
  await statusThat(rpc, (status) => status.activeContext === 'demo-staging' && status.switchingTo === null);
  await expect
    .poll(() => trayLabels(desktop.app))
    .toContainEqual([
      'Context: demo-staging · demo',
      expect.arrayContaining(['(x) demo-staging · demo', '( ) demo-production · PRODUCTION · demo']),
    ]);
  await clickTray(desktop.app, 'Context', 'demo-production');
  const status = await statusThat(rpc, (each) => each.activeContext === 'demo-production' && each.switchingTo === null);
  expect(status.servers[0]).toMatchObject({ boundTo: 'active', context: 'demo-production', production: true });
});

test('copies the endpoint that answers', async () => {
  await clickTray(desktop.app, 'Copy endpoint', 'good');
  await expect
    .poll(() => desktop.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/good\/mcp$/);
  const url = await desktop.app.evaluate(({ clipboard }) => clipboard.readText());
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
});

test('tells what could not be done instead of hiding it', async () => {
  await desktop.app.evaluate(({ dialog }) => {
    Object.assign(globalThis, { told: null });
    dialog.showMessageBox = (async (...args: unknown[]) => {
      Object.assign(globalThis, { told: args.at(-1) });
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  });
  // The menu of a server that has just gone: a click may come before the new menu.
  await desktop.app.evaluate(() => {
    const line = globalThis.berthTrayMenu?.items.find((item) => item.label.includes('good'));
    Object.assign(globalThis, { oldStart: line?.submenu?.items.find((item) => item.label === 'Start') });
  });
  await rpc.call('servers.remove', { slug: 'good' });
  await desktop.app.evaluate(() => Reflect.get(globalThis, 'oldStart').click());
  await expect
    .poll(() => desktop.app.evaluate(() => Reflect.get(globalThis, 'told')))
    .toMatchObject({ type: 'error', message: 'Berth could not start good' });
});

test('Open shows the window, and Quit leaves no process behind', async () => {
  await clickTray(desktop.app, 'good', 'Start');
  await stateIs('ready');
  const page = await desktop.window();
  const window = await desktop.app.browserWindow(page);
  await window.evaluate((each) => each.hide());
  await clickTray(desktop.app, 'Open Berth');
  await expect.poll(() => window.evaluate((each) => each.isVisible())).toBe(true);
  const ended = desktop.ended();
  await clickTray(desktop.app, 'Quit Berth');
  expect(await ended).toBe(0);
  // Chromium's helpers end with their parent, a moment after it.
  await expect.poll(() => sandbox.processes(), { timeout: 2_000 }).toEqual([]);
});
