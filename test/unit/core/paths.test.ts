import { join } from 'node:path';
import { expect, test } from 'vitest';
import { berthPaths } from '../../../main/core/paths.ts';

test('everything lies below BERTH_HOME, also when that is told from the working folder on', () => {
  const absolute = berthPaths({ BERTH_HOME: join(process.cwd(), 'portable'), XDG_RUNTIME_DIR: '/run/user/7' }, 'linux');
  expect(berthPaths({ BERTH_HOME: './portable', XDG_RUNTIME_DIR: '/run/user/7' }, 'linux')).toEqual(absolute);
  expect(absolute).toMatchObject({
    config: join(process.cwd(), 'portable'),
    settingsFile: join(process.cwd(), 'portable', 'config.yaml'),
    state: join(process.cwd(), 'portable', 'state'),
    logs: join(process.cwd(), 'portable', 'logs'),
    runtime: join(process.cwd(), 'portable', 'run'),
  });
});

test("without it, everything lies in the platform's folders", () => {
  const linux = berthPaths({ HOME: '/home/me', XDG_STATE_HOME: '/state', XDG_RUNTIME_DIR: '/run/user/7' }, 'linux');
  expect(linux).toMatchObject({ config: '/home/me/.config/berth', state: '/state/berth', logs: '/state/berth/logs' });
  expect(linux.runtime).toBe('/run/user/7/berth');
  expect(linux.controlSocket).toMatch(/^\/run\/user\/7\/berth-[0-9a-f]{12}\/control\.sock$/);
  const mac = berthPaths({ HOME: '/Users/me' }, 'darwin');
  expect(mac).toMatchObject({
    config: '/Users/me/Library/Application Support/Berth',
    logs: '/Users/me/Library/Logs/Berth',
  });
  const windows = berthPaths({ HOME: 'C:\\Users\\me', APPDATA: 'C:\\Roaming', LOCALAPPDATA: 'C:\\Local' }, 'win32');
  expect(windows.controlSocket).toMatch(/^\\\\\.\\pipe\\berth-[0-9a-f]{12}-control$/);
});
