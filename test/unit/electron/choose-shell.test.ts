import { describe, expect, it } from 'vitest';
import { serveArguments, whyItDidNotStart, whyNoDesktop } from '../../../scripts/lib/choose-shell.mjs';

const machine = { platform: 'linux', env: { DISPLAY: ':0' }, uid: 1000, args: [] } as const;

describe('whyNoDesktop', () => {
  it.each([
    ['a display', machine, null],
    ['Wayland', { ...machine, env: { WAYLAND_DISPLAY: 'wayland-0' } }, null],
    ['macOS and Windows always have one', { ...machine, platform: 'darwin', env: {} }, null],
    ['no display', { ...machine, env: {} }, /no display/],
    ['an empty DISPLAY', { ...machine, env: { DISPLAY: '' } }, /no display/],
    ['root', { ...machine, uid: 0 }, /root/],
    ['root who knows', { ...machine, uid: 0, args: ['--no-sandbox'] }, null],
    ['asked for', { ...machine, args: ['--headless'] }, /--headless/],
  ] as const)('%s', (_name, given, why) => {
    if (why === null) expect(whyNoDesktop(given)).toBeNull();
    else expect(whyNoDesktop(given)).toMatch(why);
  });
});

describe('whyItDidNotStart', () => {
  it.each([
    ['the user quit', { code: 0, signal: null, seconds: 1 }, null],
    ['an error that it told itself', { code: 1, signal: null, seconds: 1 }, null],
    ['a crash after a while', { code: 139, signal: 'SIGSEGV', seconds: 600 }, null],
    ['no sandbox', { code: 133, signal: 'SIGTRAP', seconds: 0.3 }, /SIGTRAP/],
    ['no library', { code: 127, signal: null, seconds: 0.1 }, /library/],
  ] as const)('%s', (_name, end, why) => {
    if (why === null) expect(whyItDidNotStart(end)).toBeNull();
    else expect(whyItDidNotStart(end)).toMatch(why);
  });
});

describe('serveArguments', () => {
  it('passes on what serve knows, and opens the browser where there is one', () => {
    expect(serveArguments(['--demo', '--headless', '--hidden'], { open: false })).toEqual(['serve', '--demo']);
    expect(serveArguments(['--port', '4000'], { open: true })).toEqual(['serve', '--open', '--port', '4000']);
    expect(serveArguments(['--open'], { open: true })).toEqual(['serve', '--open']);
  });
});
