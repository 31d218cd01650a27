import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPanelDark, trayHealth, trayIconFile } from '../../../main/electron/tray-icon.ts';
import { serverOf, statusOf } from './status-of.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'assets', 'icons');
const problem = { code: 'port-in-use', message: 'Port 23784 is taken.' } as const;

describe('trayHealth', () => {
  it.each([
    ['nothing docked', statusOf(), 'off'],
    ['starting', null, 'off'],
    ['all well', statusOf({ servers: [serverOf({ slug: 'a', state: 'ready' }), serverOf({ slug: 'b' })] }), 'ok'],
    [
      'one failed',
      statusOf({ servers: [serverOf({ slug: 'a', state: 'ready' }), serverOf({ slug: 'b', state: 'failed' })] }),
      'bad',
    ],
    ['Berth itself', statusOf({ servers: [serverOf({ slug: 'a', state: 'ready' })], problems: [problem] }), 'warn'],
    ['both', statusOf({ servers: [serverOf({ slug: 'a', state: 'failed' })], problems: [problem] }), 'bad'],
  ])('%s', (_name, status, health) => {
    expect(trayHealth(status)).toBe(health);
  });
});

describe('trayIconFile', () => {
  const cases = (['ok', 'warn', 'bad', 'off'] as const).flatMap((health) =>
    (['linux', 'win32', 'darwin'] as const).flatMap((platform) =>
      [true, false].map((darkPanel) => ({ health, platform, darkPanel })),
    ),
  );

  it('names a picture of 16 px that exists, with one of 32 px beside it', () => {
    for (const options of cases) {
      const file = trayIconFile(folder, options);
      expect([file, width(file), width(file.replace('.png', '@2x.png'))]).toEqual([file, 16, 32]);
    }
  });

  it('is another picture for each state, also without colours', () => {
    const pictures = cases
      .filter((each) => each.platform === 'darwin' && each.darkPanel)
      .map((options) => readFileSync(trayIconFile(folder, options)).toString('base64'));
    expect(new Set(pictures).size).toBe(4);
  });
});

describe('isPanelDark', () => {
  const light = { platform: 'linux', desktop: 'KDE', dark: false, systemDark: false } as const;

  it.each([
    ['a panel that follows the theme', light, false],
    ['the same in the dark', { ...light, dark: true }, true],
    ["GNOME's bar", { ...light, desktop: 'ubuntu:GNOME' }, true],
    ["Windows' taskbar", { ...light, platform: 'win32', systemDark: true }, true],
    ['a light taskbar under dark apps', { ...light, platform: 'win32', dark: true }, false],
  ] as const)('%s', (_name, options, dark) => {
    expect(isPanelDark(options)).toBe(dark);
  });
});

/** Width in the header of a PNG file. */
function width(file: string): number {
  return readFileSync(file).readUInt32BE(16);
}
