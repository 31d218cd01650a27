import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PresetCatalog } from '../../../../main/core/presets/preset-catalog.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

let home: string;
let env: Record<string, string>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-detect-'));
  await mkdir(join(home, 'bin'));
  env = { PATH: join(home, 'bin'), HOME: home };
});

afterEach(() => rm(home, { recursive: true, force: true }));

function open(timeoutMs?: number): Promise<PresetCatalog> {
  return PresetCatalog.open({
    bundledFolder: at('assets/presets'),
    userFolder: join(home, 'presets'),
    environment: async () => env,
    nodeModules: [join(home, 'app', 'node_modules')],
    node: { path: process.execPath, electron: true },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

async function script(path: string, body: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A real native program that says what is wanted, since scripts are never taken for a server's program. */
async function nativeProgram(path: string): Promise<string> {
  await copyFile('/bin/echo', path);
  await chmod(path, 0o755);
  return path;
}

async function installPackage(root: string): Promise<string> {
  const folder = join(root, 'mcp-server-kubernetes');
  await mkdir(join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"version":"4.0.1"}');
  await writeFile(join(folder, 'dist', 'index.js'), '#!/usr/bin/env node\n');
  await chmod(join(folder, 'dist', 'index.js'), 0o755);
  return join(folder, 'dist', 'index.js');
}

test('nothing installed: every preset says how to get its program', async () => {
  const presets = await (await open()).list();
  expect(presets.map((preset) => [preset.id, preset.found === null, preset.install !== null])).toEqual([
    ['kubernetes-mcp-server', true, true],
    ['mcp-server-kubernetes', true, true],
    ['kubectl-mtv', true, true],
    ['mkp', true, true],
    ['command', false, false],
    ['url', false, false],
  ]);
});

test('a package of npm is found through the command that npm links, and runs on the given Node', async () => {
  const index = await installPackage(join(home, 'prefix', 'lib', 'node_modules'));
  await symlink(index, join(home, 'bin', 'mcp-server-kubernetes'));
  expect(await (await open()).detect('mcp-server-kubernetes')).toEqual({
    path: index,
    version: '4.0.1',
    command: process.execPath,
    args: [index],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
});

test('a package of npm is found in the global folder beside the npm of the login shell', async () => {
  await mkdir(join(home, 'node', 'bin'), { recursive: true });
  await script(join(home, 'node', 'bin', 'npm'), 'exit 0');
  env = { ...env, PATH: `${join(home, 'bin')}:${join(home, 'node', 'bin')}` };
  const index = await installPackage(join(home, 'node', 'lib', 'node_modules'));
  expect((await (await open()).detect('mcp-server-kubernetes'))?.path).toBe(index);
});

test('the npm wrapper of kubernetes-mcp-server leads to its program, and alone to nothing', async () => {
  const root = join(home, 'prefix', 'lib', 'node_modules');
  const wrapper = join(root, 'kubernetes-mcp-server', 'bin', 'index.js');
  await mkdir(join(root, 'kubernetes-mcp-server', 'bin'), { recursive: true });
  await script(wrapper, 'echo must never run');
  await symlink(wrapper, join(home, 'bin', 'kubernetes-mcp-server'));
  const catalog = await open();
  expect(await catalog.detect('kubernetes-mcp-server')).toBeNull();
  const os = process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `kubernetes-mcp-server-${os}-${arch}`;
  const bin = join(root, 'kubernetes-mcp-server', 'node_modules', name, 'bin');
  await mkdir(bin, { recursive: true });
  const program = await nativeProgram(join(bin, name));
  expect((await catalog.detect('kubernetes-mcp-server'))?.command).toBe(program);
});

test('a program that is too old is shown with the version that is needed', async () => {
  const preset = (name: string) => `id: ${name}
title: Old
description: x
homepage: null
needsContext: false
sharedChild: false
program:
  names: [${name}]
  version: { run: ['v0.1.2'], pattern: '^v?(\\d+\\.\\d+\\.\\d+)' }
  minimum: 0.2.0
  install: get a newer one
transports:
  - { transport: stdio }
  - { transport: http, from: 0.2.0, url: 'http://127.0.0.1:{port}/mcp' }
`;
  await mkdir(join(home, 'presets'));
  await writeFile(join(home, 'presets', 'old.yaml'), preset('old-server'));
  await nativeProgram(join(home, 'bin', 'old-server'));
  const old = (await (await open()).list()).find(({ id }) => id === 'old-server');
  expect(old?.found).toEqual({ path: join(home, 'bin', 'old-server'), version: '0.1.2' });
  expect(old?.install).toBe('Version 0.1.2 is too old, 0.2.0 or later is needed: get a newer one');
  expect(old?.transports).toEqual(['stdio']);
});

test('a program that may not be executed is said to be there, and one that can be used is taken before it', async () => {
  const first = await nativeProgram(join(home, 'bin', 'kubectl-mtv'));
  await chmod(first, 0o644);
  const catalog = await open();
  const mtv = async () => (await catalog.list()).find(({ id }) => id === 'kubectl-mtv');
  expect(await mtv()).toMatchObject({
    found: { path: first, version: null },
    program: { verdict: 'not-executable', found: [{ source: 'path' }] },
    install: `${first} is there, but you may not execute it. Correct it: chmod +x ${first}`,
  });
  await mkdir(join(home, 'bin2'));
  env = { ...env, PATH: `${join(home, 'bin')}:${join(home, 'bin2')}` };
  const second = await nativeProgram(join(home, 'bin2', 'kubectl-mtv'));
  // What cannot be used is not remembered: no refresh is needed after it was corrected.
  expect(await mtv()).toMatchObject({
    found: { path: second },
    program: {
      verdict: 'unknown-version',
      found: [
        { path: second, verdict: 'unknown-version' },
        { path: first, verdict: 'not-executable' },
      ],
    },
    install: null,
  });
});

test('what `go install` leaves is recognised by the module that is written in it, without running it', async () => {
  await mkdir(join(home, 'go', 'bin'), { recursive: true });
  const server = join(home, 'go', 'bin', 'server');
  await writeFile(
    server,
    `${'x'.repeat(5_000_000)}\npath\tgithub.com/other/thing\nmod\tgithub.com/other/thing\tv1.0.0\t\n`,
  );
  await chmod(server, 0o755);
  const catalog = await open();
  expect(await catalog.detect('mkp')).toBeNull();
  // Over the border of two pieces that are read.
  const piece = 4 * 1024 * 1024;
  await writeFile(
    server,
    `${'x'.repeat(piece - 20)}\nmod\tgithub.com/StacklokLabs/mkp\tv0.4.3\th1:abc=\n${'y'.repeat(1000)}`,
  );
  expect(await catalog.detect('mkp')).toMatchObject({ path: server, version: '0.4.3', command: server, args: [] });
});

test("kubernetes-mcp-server's real program says its version in its Go build information", async () => {
  const { goModuleVersion } = await import('../../../../main/core/presets/go-module.ts');
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `kubernetes-mcp-server-${os}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const program = at(`node_modules/${name}/bin/${name}${process.platform === 'win32' ? '.exe' : ''}`);
  expect(await goModuleVersion(program, 'github.com/containers/kubernetes-mcp-server')).toBe('0.0.67');
  expect(await goModuleVersion(program, 'github.com/StacklokLabs/mkp')).toBeNull();
});

test('a program that hangs when it is asked for its version does not hold the list up', async () => {
  await mkdir(join(home, 'presets'));
  await writeFile(
    join(home, 'presets', 'hang.yaml'),
    `id: hanging
title: Hanging
description: x
homepage: null
needsContext: false
sharedChild: false
program: { names: [hanging], version: { run: ['600'], pattern: '(.+)' }, install: x }
transports: [{ transport: stdio }]
`,
  );
  await copyFile('/bin/sleep', join(home, 'bin', 'hanging'));
  await chmod(join(home, 'bin', 'hanging'), 0o755);
  const began = Date.now();
  const hanging = (await (await open(300)).list()).find(({ id }) => id === 'hanging');
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(hanging?.found).toEqual({ path: join(home, 'bin', 'hanging'), version: null });
});

test('what was found is kept until refresh, what was not is looked for again', async () => {
  const catalog = await open();
  expect(await catalog.detect('kubectl-mtv')).toBeNull();
  const program = await nativeProgram(join(home, 'bin', 'kubectl-mtv'));
  expect((await catalog.detect('kubectl-mtv'))?.path).toBe(program);
  await rm(program);
  expect((await catalog.detect('kubectl-mtv'))?.path).toBe(program);
  await catalog.refresh();
  expect(await catalog.detect('kubectl-mtv')).toBeNull();
});

test('a program that the options name wins, by path, by name and under the home', async () => {
  const catalog = await open();
  const program = await nativeProgram(join(home, 'my-mkp'));
  expect((await catalog.detect('mkp', { program }))?.command).toBe(program);
  expect((await catalog.detect('mkp', { program: '~/my-mkp' }))?.command).toBe(program);
  const own = await script(join(home, 'bin', 'my-server'), 'exit 0');
  expect((await catalog.detect('command', { command: 'my-server' }))?.command).toBe(own);
  expect(await catalog.detect('command', { command: 'no-such-thing' })).toBeNull();
  expect(await catalog.detect('url', {})).toBeNull();
});
