import { expect, test } from 'vitest';
import { checkTree } from './planted-tree.ts';

const built = {
  'dist/renderer/index.html': '<div></div>',
  'dist/renderer/assets/index.js': 'const f = (a) => a instanceof Function && Function.prototype.call(a);',
  'dist/preload/preload.cjs': `const { contextBridge } = require('electron');`,
  'dist/electron/main.js': `import { app } from 'electron';`,
  'dist/cli/cli.js': `import 'node:fs'; const load = () => import('./chunks/core.js');`,
  'dist/cli/chunks/core.js': 'const says = "electron";',
  'dist/bridge/bridge.js': `import 'node:net';`,
};

test('a build without surprises passes', async () => {
  expect(await checkTree('bundles', built)).toMatchObject({ code: 0 });
});

test.each([
  ['dist/cli/chunks/core.js', `import 'electron';`, 'dist/cli/chunks/core.js:1 loads electron'],
  ['dist/cli/cli.js', `createRequire(x); require('electron');`, 'dist/cli/cli.js:1 loads electron'],
  ['dist/bridge/bridge.js', `await import('electron/main');`, 'dist/bridge/bridge.js:1 loads electron'],
  ['dist/bridge/bridge.js', `import 'ws';`, 'dist/bridge/bridge.js:1 needs ws'],
  [
    'dist/bridge/chunks/rest.js',
    '',
    'dist/bridge: one file was expected, not dist/bridge/bridge.js, dist/bridge/chunks/r',
  ],
  ['dist/renderer/assets/index.js', 'eval("1")', 'dist/renderer/assets/index.js makes code from text: eval'],
  [
    'dist/renderer/assets/index.js',
    'const a = 1; new Function("a", "b")',
    'makes code from text: const a = 1; new Function',
  ],
  ['dist/renderer/assets/index.js', 'const F = Function; new F("")', 'makes code from text: const F = Function'],
  [
    'dist/renderer/assets/index.js',
    'let e; e = globalThis.eval; e("1")',
    'makes code from text: let e; e = globalThis.eval',
  ],
])('%s with %s is reported', async (file, text, complaint) => {
  const { code, lines } = await checkTree('bundles', { ...built, [file]: text });
  expect(lines.filter((line) => line.includes(complaint))).not.toEqual([]);
  expect(code).toBe(1);
});

const zod =
  'const ok = () => { if (cfg.jitless || navigator.userAgent.includes("Cloudflare")) return !1; return Function(""), !0 };';

test('the compiler of zod passes only where it is switched off', async () => {
  const withZod = (text: string) => checkTree('bundles', { ...built, 'dist/renderer/assets/index.js': text });
  expect(await withZod(`config({ jitless: !0 }); ${zod}`)).toMatchObject({ code: 0 });
  expect(await withZod(zod)).toMatchObject({ code: 1 });
  expect(await withZod(`config({ jitless: !0 }); ${zod} ${' '.repeat(400)} new Function("a")`)).toMatchObject({
    code: 1,
  });
});
