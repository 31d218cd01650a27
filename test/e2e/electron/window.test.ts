import { expect, type Page, test } from '@playwright/test';
import type { BrowserWindow } from 'electron';
import type { Sandbox } from '../support/sandbox.ts';
import { DesktopApp, desktopSandbox } from './desktop.ts';

let sandbox: Sandbox;
let desktop: DesktopApp;

test.beforeEach(async () => {
  sandbox = await desktopSandbox();
  desktop = await DesktopApp.launch(sandbox);
});

test.afterEach(async () => {
  await desktop.quit();
  await sandbox.dispose();
});

/** A page of our own origin with the bridge but without the app, whose own connection would be in the way. */
async function barePage(): Promise<Page> {
  const page = await desktop.window();
  await page.goto('app://berth/bare');
  return page;
}

test('opens on the first run and shows Berth', async () => {
  const page = await desktop.window();
  await expect(page).toHaveURL('app://berth/');
  await expect(page.locator('body')).toContainText('Berth');
  const window = await desktop.app.browserWindow(page);
  expect(await window.evaluate((each) => [each.isVisible(), each.getTitle()])).toEqual([true, 'Berth']);
});

test('the page speaks with the real core, also after a reload', async () => {
  const page = await barePage();
  const ask = () =>
    page.evaluate(
      () =>
        new Promise<{ shell: string; pid: number; servers: unknown[] }>((resolve) => {
          const bridge = (window as unknown as { berth: import('../../../preload/preload.ts').BerthBridge }).berth;
          bridge.onFrame((frame) => {
            const result = frame as { t: string; id: number; data: never };
            if (result.t === 'result' && result.id === 900_002) resolve(result.data);
          });
          bridge.send({ t: 'call', id: 900_001, method: 'app.hello', params: { contract: 1, who: 'test' } });
          bridge.send({ t: 'call', id: 900_002, method: 'app.status' });
        }),
    );
  expect(await ask()).toMatchObject({ shell: 'desktop', pid: desktop.pid, servers: [] });
  await page.reload();
  expect(await ask()).toMatchObject({ shell: 'desktop', pid: desktop.pid });
});

test('a page that says hello again gets nothing more of what it had asked for before', async () => {
  const page = await barePage();
  await page.evaluate(async () => {
    const bridge = Reflect.get(globalThis, 'berth');
    const items: number[] = [];
    Object.assign(globalThis, { items });
    const hello = (id: number) =>
      new Promise<void>((resolve) => {
        const stop = bridge.onFrame((frame: { t: string; id: number }) => {
          if (frame.t !== 'result' || frame.id !== id) return;
          stop();
          resolve();
        });
        bridge.send({ t: 'call', id, method: 'app.hello', params: { contract: 1 } });
      });
    await hello(800_001);
    bridge.send({ t: 'subscribe', id: 800_002, stream: 'status' });
    await hello(800_003);
    bridge.onFrame((frame: { t: string; id: number }) => {
      if (frame.t === 'item') items.push(frame.id);
    });
    bridge.send({ t: 'subscribe', id: 800_004, stream: 'status' });
  });
  const seen = () => page.evaluate(() => Reflect.get(globalThis, 'items') as number[]);
  await expect.poll(seen).toContain(800_004);
  const before = (await seen()).filter((id) => id === 800_004).length;
  const rpc = await desktop.rpc();
  await rpc.call('servers.add', { preset: 'command', slug: 'one', context: 'none', options: { command: '/bin/true' } });
  rpc.close();
  await expect.poll(async () => (await seen()).filter((id) => id === 800_004).length).toBeGreaterThan(before);
  expect(await seen()).not.toContain(800_002);
});

test('the page has nothing of Node and one small bridge', async () => {
  const page = await barePage();
  expect(
    await page.evaluate(() => ({
      node: [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')],
      bridge: Object.keys(Reflect.get(globalThis, 'berth') as object).sort(),
      secure: [isSecureContext, origin],
    })),
  ).toEqual({
    node: ['undefined', 'undefined'],
    bridge: ['onClose', 'onFrame', 'send', 'version'],
    secure: [true, 'app://berth'],
  });
  const refused = page.evaluate(() => Reflect.get(globalThis, 'berth').send('not a frame'));
  await expect(refused).rejects.toThrow('a frame is an object');
});

test('a frame that is none of the contract ends the connection, not the app', async () => {
  const page = await barePage();
  const reason = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const bridge = Reflect.get(globalThis, 'berth');
        bridge.onClose(resolve);
        bridge.send({ t: 'run', command: 'rm' });
      }),
  );
  expect(reason).toContain('ended the connection');
  expect(desktop.app.process().exitCode).toBeNull();
});

test('the page cannot leave, open windows or embed other pages', async () => {
  const page = await barePage();
  const handle = await desktop.app.browserWindow(page);
  await handle.evaluate((each: BrowserWindow) => {
    each.webContents.once('will-frame-navigate', (event) => {
      Object.assign(globalThis, { stopped: [event.url, event.defaultPrevented] });
    });
  });
  await page.evaluate(() => {
    location.href = 'https://example.org/';
  });
  await expect
    .poll(() => desktop.app.evaluate(() => Reflect.get(globalThis, 'stopped')))
    .toEqual(['https://example.org/', true]);
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.action = 'https://example.org/';
    document.body.append(form);
    form.submit();
  });
  expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull();
  expect(await page.evaluate(() => window.open('app://berth/'))).toBeNull();
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = 'data:text/html,hello';
    document.body.append(frame);
  });
  expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  expect(await page.evaluate(() => location.href)).toBe('app://berth/bare');
  expect(page.frames().filter((frame) => frame.url().startsWith('data:'))).toEqual([]);
});

test('permissions are denied', async () => {
  const page = await barePage();
  const denied = await page.evaluate(async () => {
    const state = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
    const media = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'granted',
      (error: Error) => error.name,
    );
    const position = await new Promise<string>((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        (error) => resolve(`code ${error.code}`),
      ),
    );
    return [await state('geolocation'), await state('notifications'), await state('clipboard-read'), media, position];
  });
  expect(denied.slice(0, 3)).toEqual(['denied', 'denied', 'denied']);
  expect(denied[3]).toMatch(/NotAllowedError|NotFoundError/);
  expect(denied[4]).toBe('code 1');
});

test('the policy forbids inline scripts, eval and other origins, and files outside the window are not served', async () => {
  const page = await barePage();
  const policy = await page.evaluate(async () => (await fetch('app://berth/')).headers.get('content-security-policy'));
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  const tried = await page.evaluate(async () => {
    // The protocol that drives the page may use eval; what the page does in a later turn is its own.
    await new Promise((resolve) => setTimeout(resolve));
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineRan = true';
    document.body.append(script);
    const attempt = (run: () => unknown) => {
      try {
        return String(run());
      } catch (error) {
        return (error as Error).name;
      }
    };
    const status = (address: string) =>
      fetch(address).then(
        (response) => String(response.status),
        () => 'blocked',
      );
    return {
      inline: Reflect.get(globalThis, 'inlineRan') ?? 'blocked',
      eval: attempt(() => new Function('return 1')()),
      outside: await status('app://berth/..%2f..%2fpackage.json'),
      missing: await status('app://berth/nothing.js'),
      file: await status('file:///etc/passwd'),
      http: await status('http://127.0.0.1:9/'),
    };
  });
  expect(tried).toEqual({
    inline: 'blocked',
    eval: 'EvalError',
    outside: '404',
    missing: '404',
    file: 'blocked',
    http: 'blocked',
  });
});

test('a page that crashes comes back', async () => {
  const page = await desktop.window();
  const window = await desktop.app.browserWindow(page);
  const back = window.evaluate(
    (each) =>
      new Promise<string>((resolve) =>
        each.webContents.once('did-finish-load', () => resolve(each.webContents.getURL())),
      ),
  );
  await window.evaluate((each) => each.webContents.forcefullyCrashRenderer());
  expect(await back).toBe('app://berth/');
});
