import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';
import { NpmRegistry } from '../../fixtures/install/npm-registry.ts';
import { tarball } from '../../fixtures/install/tarball.ts';
import { openSandbox, type Sandbox, tinyPackage, tinyTarball } from '../core/install/sandbox.ts';
import { berth, Terminal } from './terminal.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let registry: NpmRegistry;
let machine: Sandbox;
let env: Record<string, string>;

beforeEach(async () => {
  registry = await NpmRegistry.start();
  machine = await openSandbox();
  await machine.npmrc(`registry=${registry.url}\n`);
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  const home = join(machine.home, 'berth');
  await mkdir(join(home, 'presets'), { recursive: true });
  await writeFile(join(home, 'presets', 'tiny.yaml'), await readFile(join(machine.home, 'presets', 'tiny.yaml')));
  env = { ...machine.env, BERTH_HOME: home, XDG_RUNTIME_DIR: machine.home };
});
afterEach(async () => {
  await machine.dispose();
  await registry.stop();
});

const installed = () => readdir(join(machine.home, 'berth', 'state', 'programs', 'tiny')).catch(() => []);

test('without a terminal nothing is installed until --yes says so; what would be done is shown in any case', async () => {
  const refused = await berth(['presets', 'install', 'tiny'], { env });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(`From:  ${registry.url}${tinyPackage}`);
  expect(refused.stderr).toContain('Add --yes to agree beforehand.');
  expect(registry.requests).toEqual([]);
  const done = await berth(['presets', 'install', 'tiny', '--yes', '-o', 'json'], { env });
  expect(done.code).toBe(0);
  const path = join(machine.home, 'berth', 'state', 'programs', 'tiny', '1.2.3', 'package', 'bin', 'tiny-server');
  expect(JSON.parse(done.stdout)).toEqual({ path, version: '1.2.3' });
  const { stdout } = await berth(['presets', '-o', 'wide'], { env });
  expect(stdout).toMatch(new RegExp(`tiny +found +1\\.2\\.3 +stdio +${path}`));
  expect(stdout).toMatch(new RegExp(`tiny +1\\.2\\.3 +found +installed by Berth +${path}`));
  expect(await berth(['presets', 'uninstall', 'tiny'], { env })).toMatchObject({ code: 0 });
  expect(await berth(['presets', 'uninstall', 'tiny'], { env })).toMatchObject({ code: 4 });
  expect(await installed()).toEqual([]);
});

test('at a terminal the answer decides', async () => {
  expect(await berth(['presets', 'install', 'tiny'], { env, typed: 'n\n' })).toMatchObject({ code: 130, stdout: '' });
  expect(await installed()).toEqual([]);
  expect(await berth(['presets', 'install', 'tiny'], { env, typed: 'y\n' })).toMatchObject({ code: 0 });
  expect(await installed()).toEqual(['1.2.3']);
});

test('--plan only shows; a way that there is not, and a preset that needs none, are refused', async () => {
  const plan = await berth(['presets', 'install', 'kubectl-mtv', '--plan', '-o', 'json'], { env });
  expect(JSON.parse(plan.stdout).routes.map((route: { route: string }) => route.route)).toEqual(['krew', 'go']);
  expect(await berth(['presets', 'install', 'tiny', '--route', 'go', '--yes'], { env })).toMatchObject({ code: 2 });
  expect(await berth(['presets', 'install', 'tiny', '--route', 'brew'], { env })).toMatchObject({ code: 2 });
  expect((await berth(['presets', 'install', 'kubectl-mtv', '--yes'], { env })).stderr).toContain(
    'https://krew.sigs.k8s.io',
  );
  expect(await berth(['presets', 'install', 'url', '--yes'], { env })).toMatchObject({ code: 1 });
  expect(await berth(['presets', 'install', 'nothing', '--yes'], { env })).toMatchObject({ code: 4 });
});

test('Ctrl-C ends the installation and leaves nothing', async () => {
  const asked = new Promise<void>((resolve) => {
    registry.override = (request) => {
      resolve();
      request.socket.once('close', () => {});
      return true;
    };
  });
  const terminal = new Terminal(['presets', 'install', 'tiny', '--yes'], { env });
  await asked;
  terminal.interrupt();
  expect(await terminal.done).toMatchObject({ code: 130, stdout: '' });
  expect(await installed()).toEqual([]);
  expect(await readdir(join(machine.home, 'berth', 'state', 'programs', '.work'))).toEqual([]);
});

test('in a running Berth: installed, docked and ready at once; neither removed nor taken away while it runs', async () => {
  const name = `kubernetes-mcp-server-${tinyPackage.replace('tiny-server-', '')}`;
  const program = await readFile(at(`node_modules/${name}/bin/${name}`));
  const published = name.replace('kubernetes-mcp-server', 'kms-copy');
  for (const version of ['0.0.67', '0.0.68']) {
    registry.publish(published, version, {
      tarball: tarball([{ path: `package/bin/${published}`, content: program }]),
    });
  }
  // The real server under another name, so that the one that comes with Berth is not found for it.
  const text = (await readFile(at('assets/presets/kubernetes-mcp-server.yaml'), 'utf8'))
    .replaceAll('kubernetes-mcp-server', 'kms-copy')
    .replace(/ {6}integrity:\n.*\n/, '');
  const file = join(env['BERTH_HOME'] ?? '', 'presets', 'kms-copy.yaml');
  await writeFile(file, text);
  let running: SandboxedCore | null = null;
  try {
    running = await coreInSandbox({ demo: true, home: machine.home });
    const run = async (...args: string[]) => berth(args, { env: running?.env ?? {} });
    expect(await run('presets', 'install', 'kms-copy', '--yes')).toMatchObject({ code: 0 });
    expect(await run('add', 'kms-copy', '--name', 'docked', '--start')).toMatchObject({ code: 0 });
    const started = await run('start', 'docked', '-o', 'json');
    expect(JSON.parse(started.stdout)).toMatchObject([{ state: 'ready', serverInfo: { version: 'v0.0.67' } }]);
    const removed = await run('presets', 'uninstall', 'kms-copy');
    expect(removed).toMatchObject({ code: 1 });
    expect(removed.stderr).toContain('`berth stop docked`');

    await writeFile(file, text.replace('version: 0.0.67', 'version: 0.0.68'));
    const versions = () => readdir(join(env['BERTH_HOME'] ?? '', 'state', 'programs', 'kms-copy'));
    expect((await run('presets', '--refresh')).stdout).toContain('Berth can install 0.0.68');
    expect(await run('presets', 'install', 'kms-copy', '--yes')).toMatchObject({ code: 0 });
    expect((await versions()).sort()).toEqual(['0.0.67', '0.0.68']);
    expect(JSON.parse((await run('servers', 'docked', '-o', 'json')).stdout)).toMatchObject({
      state: 'ready',
      restarts: 0,
    });
    expect(await run('stop', 'docked')).toMatchObject({ code: 0 });
    expect(await run('presets', 'uninstall', 'kms-copy')).toMatchObject({ code: 0 });
  } finally {
    await running?.dispose();
  }
});
