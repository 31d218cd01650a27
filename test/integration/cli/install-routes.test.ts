import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorCommand } from '../../fixtures/clients/vendor-command.ts';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';
import { berth } from './terminal.ts';

const goodServer = fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url));

describe.skipIf(process.platform === 'win32')('berth install by another route than the file', () => {
  let core: SandboxedCore;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'berth-routes-'));
    core = await coreInSandbox({ home, env: { PATH: `${join(home, 'bin')}:${process.env['PATH']}` } });
    const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
    await core.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options });
  });
  afterAll(async () => {
    await core.dispose();
    await rm(home, { recursive: true });
  });

  const run = (...args: string[]) => berth(args, { env: core.env, cwd: home });

  it('prints the link of a client, and says that nothing can open it here', async () => {
    const dry = await run('install', 'cursor', 'good', '--route', 'deeplink', '--dry-run');
    const shown = await run('install', 'cursor', 'good', '--route', 'deeplink', '--no-open');
    expect(shown.stdout).toMatch(/^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?name=berth-good&config=\S+\n$/);
    expect(dry.stdout).toBe(shown.stdout);
    expect(shown.stderr).toContain('confirm it in Cursor');
    const clients = await run('clients');
    expect(clients.stdout).toMatch(/cursor +\w+ +good \(awaited\)/);

    const nowhere = await run('install', 'cursor', 'good', '--route', 'deeplink', '-o', 'json');
    expect(nowhere.stderr).toContain('No desktop was found here');
    expect(JSON.parse(nowhere.stdout)).toMatchObject({
      opened: false,
      client: { id: 'cursor', entries: [{ slug: 'good', state: 'awaited' }] },
      links: [{ slug: 'good', url: shown.stdout.trim() }],
    });
    expect((await run('uninstall', 'cursor')).code).toBe(0);
  });

  it('writes a bundle where it is told to, relative to where the user is', async () => {
    await mkdir(join(home, 'Downloads'));
    const ran = await run(
      'install',
      'claude-desktop',
      'good',
      '--route',
      'mcpb',
      '--file',
      'Downloads/good.mcpb',
      '--no-open',
    );
    const file = join(home, 'Downloads', 'good.mcpb');
    expect(ran).toMatchObject({
      code: 0,
      stdout: `${file}\n`,
      stderr: 'Open the file with Claude Desktop to install it.\n',
    });
    expect(Object.keys(unzipSync(await readFile(file)))).toContain('manifest.json');
  });

  it('runs the vendor’s command, and takes out by it what it has put in', async () => {
    const file = join(home, '.claude.json');
    await writeFile(file, '{}');
    const { path, runs } = await vendorCommand(join(home, 'bin'), file, 'works');
    const dry = await run('install', 'claude-code', 'good', '--dry-run');
    expect(dry.stdout).toContain(`${path} mcp add-json -s user berth-good '{`);
    expect(await runs()).toEqual([]);
    const installed = await run('install', 'claude-code', 'good', '--route', 'cli', '-o', 'json');
    expect(JSON.parse(installed.stdout)).toMatchObject({ id: 'claude-code', state: 'installed' });
    expect((await run('uninstall', 'claude-code', '--route', 'cli')).code).toBe(0);
    expect((await runs()).map(({ args }) => args[1])).toEqual(['add-json', 'remove']);
    expect(JSON.parse(await readFile(file, 'utf8')).mcpServers).toEqual({});
  });

  it.each([
    [['install', 'cursor', 'good', '--route', 'pigeon'], 2, /Allowed choices are file, cli, deeplink, mcpb/],
    [['install', 'cursor', 'good', '--route', 'deeplink', '--via', 'url'], 1, /token must not stand in a link/],
    [['install', 'cursor', 'good', '--route', 'mcpb'], 1, /cannot be changed by a bundle/],
    [['endpoint', 'good', '--via', 'bridge'], 2, /--via goes with --as/],
    [['endpoint', 'good', '--as', 'word'], 4, /It can as: json, toml, yaml/],
  ] as const)('%j is refused', async (args, code, why) => {
    const ran = await run(...args);
    expect(ran.stderr).toMatch(why);
    expect(ran).toMatchObject({ code, stdout: '' });
  });

  it('prints an endpoint as text alone, so that it can go into a file', async () => {
    const ran = await run('endpoint', 'good', '--as', 'json', '--via', 'bridge', '--client', 'me');
    expect(JSON.parse(ran.stdout).mcpServers['berth-good'].args).toEqual(['connect', 'good', '--client', 'me']);
    expect(ran.stderr).toBe('');
    const secret = await run('endpoint', 'good', '--as', 'cursor', '--client', 'me', '-o', 'json');
    expect(JSON.parse(secret.stdout)).toMatchObject({
      secret: true,
      via: 'url',
      text: expect.stringContaining('Bearer '),
    });
    expect(secret.stderr).toContain('berth endpoint --revoke me');
  });
});
