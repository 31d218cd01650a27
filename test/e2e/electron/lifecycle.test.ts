import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { berthPaths } from '../../../main/core/paths.ts';
import { answers } from '../../../main/core/private-socket.ts';
import { eventually, isRunning } from '../support/processes.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { chromiumSwitches, DesktopApp, desktopSandbox, electronPath, root, statusThat } from './desktop.ts';
import { startSessionBus } from './session-bus.ts';

const server = join(root, 'test', 'fixtures', 'servers', 'grandchildren.mjs');
let sandbox: Sandbox;

test.beforeEach(async () => {
  sandbox = await desktopSandbox();
});

test.afterEach(() => sandbox.dispose());

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends it in order, with its servers and what they started`, async () => {
    const desktop = await DesktopApp.launch(sandbox, ['--hidden']);
    const rpc = await desktop.rpc();
    const options = { command: process.execPath, args: JSON.stringify([server]) };
    await rpc.call('servers.add', { preset: 'command', slug: 'tree', context: 'none', options, start: true });
    const status = await statusThat(rpc, (each) => each.servers[0]?.state === 'ready');
    const pid = status.servers[0]?.pid ?? 0;
    expect(isRunning(pid)).toBe(true);
    rpc.close();
    const ended = desktop.ended();
    process.kill(desktop.pid, signal);
    expect(await ended).toBe(0);
    expect(await eventually(() => sandbox.processes().length === 0, 2_000)).toBe(true);
    expect(await answers(berthPaths(sandbox.env).controlSocket)).toBe(false);
  });
}

test('a second start shows the first and ends; hidden ones show nothing', async () => {
  const desktop = await DesktopApp.launch(sandbox, ['--hidden']);
  expect(desktop.app.windows()).toEqual([]);
  const second = async (...args: string[]) => {
    const child = sandbox.start(await electronPath(), [...chromiumSwitches, root, ...args]);
    return (await child.exited).code;
  };
  expect(await second('--hidden')).toBe(0);
  expect(desktop.app.windows()).toEqual([]);
  const shown = desktop.app.waitForEvent('window');
  expect(await second()).toBe(0);
  await expect(await shown).toHaveURL('app://berth/');
  await desktop.quit();
});

test('`berth open` shows the window, `berth quit` ends the desktop', async () => {
  const desktop = await DesktopApp.launch(sandbox, ['--hidden']);
  const shown = desktop.app.waitForEvent('window');
  expect((await sandbox.cli('open')).code).toBe(0);
  await shown;
  const ended = desktop.ended();
  expect((await sandbox.cli('quit')).code).toBe(0);
  expect(await ended).toBe(0);
});

test('takes over from a headless Berth, with what it was running', async () => {
  const headless = await sandbox.serve();
  const options = { command: process.execPath, args: JSON.stringify([server]) };
  const added = await sandbox.cli(
    ...['add', 'command', '--name', 'tree', '--context', 'none', '--start'],
    ...['--set', `command=${options.command}`, '--set', `args=${options.args}`],
  );
  expect(added.code, added.stderr).toBe(0);
  const desktop = await DesktopApp.launch(sandbox, ['--hidden']);
  expect((await headless.child.exited).code).toBe(0);
  await expect(async () => {
    const rpc = await desktop.rpc();
    const status = await statusThat(rpc, (each) => each.servers[0]?.state === 'ready');
    rpc.close();
    expect(status).toMatchObject({ shell: 'desktop', pid: desktop.pid });
  }).toPass();
  await desktop.quit();
});

test('without a tray, closing the window asks and then ends Berth', async () => {
  const desktop = await DesktopApp.launch(sandbox);
  const page = await desktop.window();
  await desktop.app.evaluate(({ dialog }) => {
    const asked: unknown[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (async (...args: unknown[]) => {
      asked.push(args.at(-1));
      return { response: asked.length === 1 ? 1 : 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  });
  const window = await desktop.app.browserWindow(page);
  await expect.poll(() => window.evaluate((each) => each.isVisible())).toBe(true);
  const close = () => window.evaluate((each) => each.close());
  await close();
  await expect.poll(() => desktop.app.evaluate(() => Reflect.get(globalThis, 'asked').length)).toBe(1);
  expect(await window.evaluate((each) => each.isVisible())).toBe(true);
  const ended = desktop.ended();
  await close();
  expect(await ended).toBe(0);
});

test('open at login is an autostart file that starts it hidden', async () => {
  test.skip(process.platform !== 'linux', 'the login item of macOS and Windows belongs to the real user');
  const desktop = await DesktopApp.launch(sandbox, ['--hidden']);
  const rpc = await desktop.rpc();
  const file = join(sandbox.home, '.config', 'autostart', 'berth.desktop');
  await rpc.call('settings.update', { startAtLogin: true });
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith('Exec='));
  const kept = chromiumSwitches.filter((each) => each === '--no-sandbox').map((each) => `"${each}" `);
  expect(line).toBe(`Exec="${await electronPath()}" "${root}" ${kept.join('')}"--hidden"`);
  await rpc.call('settings.update', { startAtLogin: false });
  expect(() => readFileSync(file)).toThrow('ENOENT');
  rpc.close();
  await desktop.quit();
});

test('with a tray, closing hides the window and servers go on', async () => {
  const watcher = join(root, 'test', 'fixtures', 'electron', 'status-notifier-watcher.py');
  const ready = spawnSync('/usr/bin/python3', ['-c', 'import dbus, gi']).status === 0;
  test.skip(
    !ready || spawnSync('which', ['dbus-daemon']).status !== 0,
    'needs dbus-daemon, python3-dbus and python3-gi',
  );
  const env = await startSessionBus(sandbox);
  const panel = sandbox.start('/usr/bin/python3', [watcher], { env });
  await panel.line((line) => line === 'ready', 10_000);
  const desktop = await DesktopApp.launch(sandbox, [], env);
  await panel.line((line) => line.startsWith('registered'), 10_000);
  const page = await desktop.window();
  const window = await desktop.app.browserWindow(page);
  await expect.poll(() => window.evaluate((each) => each.isVisible())).toBe(true);
  await window.evaluate((each) => each.close());
  await expect.poll(() => window.evaluate((each) => each.isVisible())).toBe(false);
  const rpc = await desktop.rpc();
  expect(await rpc.call('app.capabilities')).toMatchObject({ shell: 'desktop', tray: true });
  await rpc.call('app.open');
  await expect.poll(() => window.evaluate((each) => each.isVisible())).toBe(true);
  rpc.close();
  await desktop.quit();
});
