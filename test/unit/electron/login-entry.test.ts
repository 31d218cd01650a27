import { describe, expect, it } from 'vitest';
import { autostartEntry, autostartFile, loginCommand } from '../../../main/electron/login-entry.ts';

describe('autostartFile', () => {
  it('honours XDG_CONFIG_HOME', () => {
    expect(autostartFile({}, '/home/dev')).toBe('/home/dev/.config/autostart/berth.desktop');
    expect(autostartFile({ XDG_CONFIG_HOME: '/cfg' }, '/home/dev')).toBe('/cfg/autostart/berth.desktop');
  });
});

describe('loginCommand', () => {
  const at = {
    execPath: '/opt/berth/berth',
    appPath: '/opt/berth/resources/app.asar',
    argv: ['/opt/berth/berth', '--demo'],
  };

  it('is the program itself when packaged, the AppImage where there is one, and Electron with the folder in a checkout', () => {
    expect(loginCommand({ ...at, packaged: true, env: {} })).toEqual(['/opt/berth/berth', '--hidden']);
    expect(loginCommand({ ...at, packaged: true, env: { APPIMAGE: '/home/dev/Berth.AppImage' } })).toEqual([
      '/home/dev/Berth.AppImage',
      '--hidden',
    ]);
    expect(
      loginCommand({ execPath: '/e/electron', appPath: '/src/berth', argv: [], packaged: false, env: {} }),
    ).toEqual(['/e/electron', '/src/berth', '--hidden']);
  });

  it('keeps the switch without which Chromium would not run', () => {
    const command = loginCommand({
      execPath: '/opt/berth/berth',
      appPath: '/opt/berth/resources/app.asar',
      argv: ['/opt/berth/berth', '--no-sandbox', '--demo'],
      packaged: true,
      env: {},
    });
    expect(command).toEqual(['/opt/berth/berth', '--no-sandbox', '--hidden']);
  });
});

describe('autostartEntry', () => {
  it('quotes what the desktop would take apart', () => {
    const entry = autostartEntry(['/home/me & you/100% "Berth" $x', '--hidden']);
    expect(entry.split('\n').find((line) => line.startsWith('Exec='))).toBe(
      'Exec="/home/me & you/100%% \\\\"Berth\\\\" \\\\$x" "--hidden"',
    );
  });
});
