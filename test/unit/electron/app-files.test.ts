import { describe, expect, it } from 'vitest';
import { appFile, isAppUrl } from '../../../main/electron/app-files.ts';

describe('appFile', () => {
  it.each([
    ['app://berth/', '/app/dist/renderer/index.html'],
    ['app://berth', '/app/dist/renderer/index.html'],
    ['app://berth/?theme=dark#/servers', '/app/dist/renderer/index.html'],
    ['app://berth/assets/index-1.js', '/app/dist/renderer/assets/index-1.js'],
    ['app://berth/a%20b.svg', '/app/dist/renderer/a b.svg'],
    ['app://berth/../../secret', '/app/dist/renderer/secret'],
  ])('%s is %s', (address, file) => {
    expect(appFile('/app/dist/renderer', address)).toBe(file);
  });

  it.each([
    'app://berth/%2e%2e%2f%2e%2e%2fetc/passwd',
    'app://berth/..%2f..%2fetc%2fpasswd',
    'app://berth/..%5c..%5cetc%5cpasswd',
    'app://berth/%2e%2e/renderer-other/x',
    'app://berth/..%2frenderer-other%2fx',
    'app://berth/%00index.html',
    'app://berth/%zz',
    'app://berth.example/index.html',
    'app://other/index.html',
    'file:///etc/passwd',
    'not an address',
    '',
  ])('refuses %s, or stays inside the folder', (address) => {
    const file = appFile('/app/dist/renderer', address);
    expect(file === null || file.startsWith('/app/dist/renderer/')).toBe(true);
  });

  it('does not take a folder with the same beginning for its own', () => {
    expect(appFile('/app/dist/renderer', 'app://berth/..%2frenderer-other%2fx')).toBeNull();
    expect(appFile('/app/dist/renderer/', 'app://berth/..%2frenderer-other%2fx')).toBeNull();
  });
});

describe('isAppUrl', () => {
  it.each([
    ['app://berth/', true],
    ['app://berth/servers', true],
    ['app://berth.example/', false],
    ['app://berth@example/', false],
    ['app://user:pass@berth/', false],
    ['app://berth:8080/', false],
    ['https://berth/', false],
    ['data:text/html,app://berth/', false],
    ['javascript:alert(1)', false],
    ['about:blank', false],
    ['', false],
  ])('%s: %s', (address, ours) => {
    expect(isAppUrl(address)).toBe(ours);
  });
});
