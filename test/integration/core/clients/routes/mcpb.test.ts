import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getMcpConfigForManifest, type McpbManifestAny, unpackExtension, validateManifest } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { applicationFiles } from '../../../../../main/core/application-files.ts';
import { coreInSandbox, type SandboxedCore } from '../../../../fixtures/core-in-sandbox.ts';
import { bundle } from '../../../../fixtures/gateway/bundle.ts';

const goodServer = fileURLToPath(new URL('../../../../fixtures/servers/good-stdio.mjs', import.meta.url));

describe.skipIf(process.platform === 'win32')('a bundle for Claude Desktop', () => {
  let core: SandboxedCore;
  let folder: string;
  const open: Client[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-mcpb-'));
    core = await coreInSandbox({ bridge: await bundle('main/bridge/bridge.ts', folder) });
    const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
    await core.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options, start: true });
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
  });
  afterAll(async () => {
    await core.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const make = async (output?: string) => {
    const answer = await core.call('clients.bundle', {
      client: 'claude-desktop',
      slugs: ['good'],
      ...(output === undefined ? {} : { output }),
    });
    return answer.bundles[0]?.file ?? '';
  };

  /** What Claude Desktop does with a bundle: unpack it, read its manifest, and work out what to start. */
  async function unpack(name: string) {
    const extensionPath = join(folder, name);
    expect(await unpackExtension({ mcpbPath: await make(), outputDir: extensionPath, silent: true })).toBe(true);
    const file = join(extensionPath, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as McpbManifestAny;
    const started = await getMcpConfigForManifest({
      manifest,
      extensionPath,
      systemDirs: {},
      userConfig: {},
      pathSeparator: '/',
    });
    return { file, extensionPath, manifest, started };
  }

  async function connect(started: Awaited<ReturnType<typeof unpack>>['started']): Promise<Client> {
    const client = new Client({ name: 'claude-ai', version: '0.1.0' });
    const command = started?.command === 'node' ? process.execPath : (started?.command ?? '');
    // An application that was started from the desktop has next to nothing in its environment.
    const transport = new StdioClientTransport({ command, args: started?.args ?? [], env: {}, stderr: 'ignore' });
    await client.connect(transport);
    open.push(client);
    return client;
  }

  it('has a manifest that the vendor’s own validation accepts, icon and all', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { file, manifest } = await unpack('valid');
    const valid = validateManifest(file);
    const output = said.mock.calls.flat().join('\n');
    said.mockRestore();
    expect(output).toContain('Icon validation passed.');
    expect(valid).toBe(true);
    expect(manifest).toMatchObject({
      manifest_version: '0.3',
      name: 'berth-good',
      display_name: 'Berth: good',
      version: applicationFiles(import.meta.url).version,
      server: { type: 'node', entry_point: 'server/start.cjs' },
    });
  });

  it('is the same bytes each time, and holds no token and no credential', async () => {
    const hash = async (file: string) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
    const [first, second] = [await make(), await make(join(folder, 'again.mcpb'))];
    expect(second).toBe(join(folder, 'again.mcpb'));
    expect(await hash(second)).toBe(await hash(first));
    const files = unzipSync(await readFile(first));
    expect(Object.keys(files)).toEqual([...Object.keys(files)].sort());
    for (const content of Object.values(files))
      expect(Buffer.from(content).toString('latin1')).not.toMatch(/berth_[\w-]{16}/);
    expect(await core.call('endpoint.tokens', undefined)).toEqual([]);
  });

  it('starts the installed bridge by its stable path, answers, and is known by its name', async () => {
    const { started } = await unpack('installed');
    const client = await connect(started);
    expect(client.getServerVersion()).toMatchObject({ name: 'berth-fixture-good' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const seen = (await core.call('clients.list', undefined)).find(({ id }) => id === 'claude-desktop');
    expect(seen?.connectedAt).not.toBeNull();
  });

  it('reaches a running Berth with the bridge inside when the installed one has gone', async () => {
    const { started, extensionPath } = await unpack('moved');
    const file = join(extensionPath, 'server', 'berth.json');
    const launch = JSON.parse(await readFile(file, 'utf8'));
    expect(launch.installed.needs).toEqual([join(core.core.paths.state, 'bin', 'berth')]);
    await writeFile(file, JSON.stringify({ ...launch, installed: { ...launch.installed, needs: ['/gone/berth'] } }));
    const client = await connect(started);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
  });

  it('is shown as installed when it lies where Claude Desktop unpacks bundles; other people’s are not ours', async () => {
    const extensions = join(core.home, '.config', 'Claude', 'Claude Extensions');
    const manifest = (await unpack('shown')).manifest;
    for (const [name, content] of [
      ['local.mcpb.berth.berth-good', JSON.stringify(manifest)],
      ['local.mcpb.else.berth-like', JSON.stringify({ ...manifest, author: { name: 'Else' } })],
      ['broken', '{'],
    ] as const) {
      await mkdir(join(extensions, name), { recursive: true });
      await writeFile(join(extensions, name, 'manifest.json'), content);
    }
    const client = (await core.call('clients.list', undefined)).find(({ id }) => id === 'claude-desktop');
    expect(client).toMatchObject({ state: 'installed', entries: [] });
    expect(client?.bundles).toEqual([{ slug: 'good', version: manifest.version }]);
    await rm(extensions, { recursive: true });
  });

  it('lies in Berth’s folder unless somebody says where, and is told before', async () => {
    const preview = await core.call('clients.preview', {
      client: 'claude-desktop',
      slugs: ['good'],
      action: 'install',
      route: 'mcpb',
    });
    expect(preview).toMatchObject({ route: 'mcpb', via: 'bridge', diff: '' });
    expect(preview.steps).toEqual([await make()]);
    expect(preview.steps[0]).toBe(join(core.core.paths.state, 'bundles', 'berth-good.mcpb'));
    expect(await readdir(join(core.core.paths.state, 'bundles'))).toEqual(['berth-good.mcpb']);
    await expect(make('relative.mcpb')).rejects.toMatchObject({ code: 'invalid-argument' });
    const wanted = { client: 'claude-desktop', slugs: ['good'], route: 'mcpb' as const };
    await expect(core.call('clients.install', wanted)).rejects.toMatchObject({ code: 'unsupported' });
  });
});
