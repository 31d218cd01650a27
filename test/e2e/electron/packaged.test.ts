import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { berthPaths } from '../../../main/core/paths.ts';
import { run } from '../support/child.ts';
import { connectStdio } from '../support/mcp-client.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { chromiumSwitches, connectWhenUp, desktopSandbox, root, statusThat } from './desktop.ts';
import { startSessionBus } from './session-bus.ts';

/** How a set fuse is written in the binary: the character 1. */
const FUSE_ON = 0x31;
const folder = join(root, 'release', 'linux-unpacked');
const program = join(folder, 'berth-desktop');
const berth = join(folder, 'resources', 'bin', 'berth');
const server = join(root, 'test', 'fixtures', 'servers', 'good-stdio.mjs');

test.describe('the packaged app', () => {
  test.skip(process.platform !== 'linux', 'packages are made for Linux only, here');
  let sandbox: Sandbox;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    const made = await run(process.execPath, [join(root, 'scripts', 'package.mjs')], {
      env: Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []))),
      cwd: root,
      timeoutMs: 280_000,
    });
    expect(made.code, made.stderr).toBe(0);
  });

  test.beforeEach(async () => {
    sandbox = await desktopSandbox();
  });

  test.afterEach(() => sandbox.dispose());

  const runBerth = (...args: string[]) => run(berth, args, { env: sandbox.env, cwd: sandbox.home });

  test('has the fuses that the threat model counts on', async () => {
    const wire = await getCurrentFuseWire(program);
    const fuse = (option: FuseV1Options) => wire[option] === FUSE_ON;
    expect({
      runAsNode: fuse(FuseV1Options.RunAsNode),
      cookieEncryption: fuse(FuseV1Options.EnableCookieEncryption),
      nodeOptions: fuse(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: fuse(FuseV1Options.EnableNodeCliInspectArguments),
      asarIntegrity: fuse(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: fuse(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: fuse(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: true,
      cookieEncryption: true,
      nodeOptions: false,
      inspect: false,
      asarIntegrity: true,
      onlyAsar: true,
      fileProtocol: false,
    });
  });

  test('carries native programs outside the archive, and none of other platforms', () => {
    const unpacked = join(folder, 'resources', 'app.asar.unpacked', 'node_modules');
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    const kubernetes = join(
      unpacked,
      `kubernetes-mcp-server-linux-${arch}`,
      'bin',
      `kubernetes-mcp-server-linux-${arch}`,
    );
    expect(existsSync(kubernetes)).toBe(existsSync(kubernetes.replace(unpacked, join(root, 'node_modules'))));
    expect(existsSync(join(unpacked, 'keytar', 'prebuilds', `linux-${process.arch}`, 'keytar.node'))).toBe(true);
    const packages = Object.keys(archiveFolder(join(folder, 'resources', 'app.asar'), 'node_modules'));
    expect(packages.filter((name) => !name.startsWith('kubernetes-mcp-server'))).toEqual(['keytar']);
    const prebuilds = archiveFolder(join(folder, 'resources', 'app.asar'), 'node_modules', 'keytar', 'prebuilds');
    expect(Object.keys(prebuilds)).toEqual([`linux-${process.arch}`]);
  });

  test('runs `berth` on Electron as Node', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const said = await runBerth('version');
    expect(said.code, said.stderr).toBe(0);
    expect(said.stdout).toContain(version);
    expect((await runBerth('status')).code).toBe(3);
  });

  test('starts, docks a server that an AI client reaches over the bridge, and quits without a trace', async () => {
    const app = sandbox.start(program, [...chromiumSwitches, '--hidden']);
    const rpc = await connectWhenUp(sandbox);
    expect(await rpc.call('app.status')).toMatchObject({ shell: 'desktop', pid: app.pid, problems: [] });
    const options = { command: process.execPath, args: JSON.stringify([server]) };
    await rpc.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options, start: true });
    await statusThat(rpc, (status) => status.servers[0]?.state === 'ready');
    rpc.close();
    const shim = join(berthPaths(sandbox.env).state, 'bin', 'berth');
    const client = await connectStdio(sandbox, { command: shim, args: ['connect', 'good', '--client', 'test'] });
    expect((await client.tools()).length).toBeGreaterThan(0);
    await client.close();
    const status = await runBerth('status', '-o', 'json');
    expect(status.code, status.stderr).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ shell: 'desktop', pid: app.pid });
    expect((await runBerth('quit')).code).toBe(0);
    expect((await app.exited).code).toBe(0);
    expect(sandbox.processes()).toEqual([]);
  });

  test('runs the Kubernetes server that it brings', async () => {
    test.skip(!existsSync(join(root, 'node_modules', 'kubernetes-mcp-server')), 'npm left the optional server out');
    const app = sandbox.start(program, [...chromiumSwitches, '--hidden', '--demo']);
    const rpc = await connectWhenUp(sandbox);
    await rpc.call('contexts.use', { context: 'demo-staging' });
    await rpc.call('servers.add', { preset: 'kubernetes-mcp-server', slug: 'cluster', start: true });
    await statusThat(rpc, (each) => each.servers[0]?.state === 'ready');
    const pods = await rpc.call('servers.call', { slug: 'cluster', tool: 'pods_list' });
    expect(JSON.stringify(pods.content)).toContain('Running');
    rpc.close();
    expect((await runBerth('quit')).code).toBe(0);
    expect((await app.exited).code).toBe(0);
  });

  test('keeps secrets in the keychain of the desktop session', async () => {
    const missing = ['dbus-daemon', 'gnome-keyring-daemon'].filter((name) => spawnSync('which', [name]).status !== 0);
    test.skip(missing.length > 0, `${missing.join(' and ')} is not installed`);
    const env = await startSessionBus(sandbox);
    const keyring = ['--unlock', '--components=secrets', '--foreground'];
    sandbox.start('gnome-keyring-daemon', keyring, { env }).end('test');
    const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
    const hasOwner = [...ask, 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
    await expect
      .poll(() => spawnSync('dbus-send', hasOwner, { env: { ...sandbox.env, ...env }, encoding: 'utf8' }).stdout)
      .toContain('boolean true');
    const app = sandbox.start(program, [...chromiumSwitches, '--hidden'], { env });
    const rpc = await connectWhenUp(sandbox);
    expect((await rpc.call('app.status')).keychain).toEqual({ state: 'available', reason: null });
    await rpc.call('secrets.set', { name: 'token', value: 'of the test' });
    expect(await rpc.call('secrets.list')).toEqual([{ name: 'token', usedBy: [] }]);
    await rpc.call('app.quit');
    rpc.close();
    expect((await app.exited).code).toBe(0);
  });

  test('is started again, hidden, by a client that needs it', async () => {
    const app = sandbox.start(program, [...chromiumSwitches, '--hidden']);
    const rpc = await connectWhenUp(sandbox);
    const options = { command: process.execPath, args: JSON.stringify([server]) };
    await rpc.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options, start: true });
    await statusThat(rpc, (status) => status.servers[0]?.state === 'ready');
    await rpc.call('app.quit');
    rpc.close();
    await app.exited;
    const shim = join(berthPaths(sandbox.env).state, 'bin', 'berth');
    const client = await connectStdio(sandbox, { command: shim, args: ['connect', 'good', '--client', 'test'] });
    expect((await client.tools()).length).toBeGreaterThan(0);
    await client.close();
    const status = JSON.parse((await runBerth('status', '-o', 'json')).stdout);
    expect(status).toMatchObject({ shell: 'desktop' });
    expect(status.pid).not.toBe(app.pid);
    expect((await runBerth('quit')).code).toBe(0);
    await expect.poll(() => sandbox.processes(), { timeout: 15_000 }).toEqual([]);
  });
});

interface ArchiveEntry {
  readonly files?: Record<string, ArchiveEntry>;
}

/** What a folder of an asar archive holds, from the directory at its beginning. */
function archiveFolder(archive: string, ...path: string[]): Record<string, ArchiveEntry> {
  const bytes = readFileSync(archive);
  let entry = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as ArchiveEntry;
  for (const name of path) entry = entry.files?.[name] ?? {};
  return entry.files ?? {};
}
