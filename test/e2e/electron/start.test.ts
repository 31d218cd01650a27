import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { findElectron } from '../../../scripts/lib/electron-binary.mjs';
import { freePort } from '../support/free-port.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { chromiumSwitches, connectWhenUp, desktopSandbox, electronPath, root } from './desktop.ts';

const start = join(root, 'scripts', 'start.mjs');
let sandbox: Sandbox;

test.beforeEach(async () => {
  sandbox = await desktopSandbox();
});

test.afterEach(() => sandbox.dispose());

test('opens the desktop where there is a display and an Electron, and ends with it', async () => {
  const env = { ELECTRON_OVERRIDE_DIST_PATH: join(await electronPath(), '..') };
  const child = sandbox.start(process.execPath, [start, ...chromiumSwitches, '--hidden'], { env });
  const rpc = await connectWhenUp(sandbox);
  expect(await rpc.call('app.hello', { contract: 1, who: 'test' })).toMatchObject({ shell: 'desktop' });
  rpc.close();
  child.signal('SIGINT');
  expect((await child.exited).code).toBe(0);
});

test('serves the browser without a display, says why, passes arguments on and ends with Ctrl-C', async () => {
  const env = { DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = sandbox.start(process.execPath, [start, '--demo', '--ui-port', String(await freePort())], { env });
  const url = await child.output(/http:\/\/127\.0\.0\.1:\d+\/auth\?code=[\w-]+/, 30_000);
  expect(child.stderr).toContain('Berth runs in the browser: there is no display');
  const page = await fetch(url[0], { redirect: 'manual' });
  expect([page.status, page.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('HttpOnly')]);
  const rpc = await connectWhenUp(sandbox);
  expect(await rpc.call('app.status')).toMatchObject({ shell: 'headless', demo: true });
  rpc.close();
  child.signal('SIGINT');
  expect((await child.exited).code).toBe(0);
});

test('falls back in time when Electron cannot be downloaded', async () => {
  test.skip(findElectron({ root, env: {} }) !== null, 'this checkout has an Electron of its own');
  const connected: string[] = [];
  const silent = createServer((socket) => {
    connected.push('asked');
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const env = {
    DISPLAY: sandbox.env['DISPLAY'] ?? ':0',
    ELECTRON_MIRROR: `http://127.0.0.1:${port}/`,
    electron_config_cache: sandbox.path('cache'),
    BERTH_DOWNLOAD_SECONDS: '2',
    BROWSER: 'true',
  };
  const ui = String(await freePort());
  const child = sandbox.start(process.execPath, [start, '--no-sandbox', '--ui-port', ui], { env });
  await child.output(/http:\/\/127\.0\.0\.1:\d+\/auth\?code=/, 30_000);
  expect(child.stderr).toContain('Downloading Electron (once, at most 2 s)');
  expect(child.stderr).toContain('Berth runs in the browser: there is no Electron: its download took longer than 2 s.');
  expect(connected.length).toBeGreaterThan(0);
  expect((await child.stop()).code).toBe(0);
  silent.close();
});

test('keeps the exit code of what it runs', async () => {
  const env = { DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = sandbox.start(process.execPath, [start, '--no-such-option'], { env });
  expect((await child.exited).code).toBe(2);
});
