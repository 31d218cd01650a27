import { describe, expect, it } from 'vitest';
import { mayOpenExternally } from '../../../main/electron/external-links.ts';
import { isOurFrame } from '../../../main/electron/frame-sender.ts';

describe('mayOpenExternally', () => {
  it.each([
    ['https://github.com/containers/kubernetes-mcp-server', true],
    ['https://www.npmjs.com/package/mcp-server-kubernetes', true],
    ['https://docs.github.com/en', true],
    ['http://github.com/', false],
    ['https://github.com.example.org/', false],
    ['https://evilgithub.com/', false],
    ['https://github.com@example.org/', false],
    ['https://user@github.com/', false],
    ['https://github.com:8443/', false],
    ['file:///etc/passwd', false],
    ['vscode://file/etc/passwd', false],
    ['javascript:alert(1)', false],
    ['github.com', false],
  ])('%s: %s', (address, allowed) => {
    expect(mayOpenExternally(address)).toBe(allowed);
  });
});

describe('isOurFrame', () => {
  it.each([
    ['our main frame', { url: 'app://berth/', parent: null }, true],
    ['a frame inside it', { url: 'app://berth/', parent: {} }, false],
    ['another page', { url: 'https://example.org/', parent: null }, false],
    ['a name that begins like ours', { url: 'app://berth.example/', parent: null }, false],
    ['a frame that is gone', null, false],
    ['no frame', undefined, false],
  ])('%s: %s', (_name, frame, ours) => {
    expect(isOurFrame(frame)).toBe(ours);
  });
});
