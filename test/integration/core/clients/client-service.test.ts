import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientService, type ClientServiceOptions } from '../../../../main/core/clients/client-service.ts';
import { type ClientRow, loadClientRegistry } from '../../../../main/core/clients/registry.ts';
import { EndpointTokens } from '../../../../main/core/secrets/endpoint-tokens.ts';

const rows = fileURLToPath(new URL('../../../../assets/clients', import.meta.url));

describe('ClientService', () => {
  let home: string;
  let registry: ClientRow[];
  let tokens: EndpointTokens;
  let clients: ClientService;
  let cursorFile: string;
  let claudeFile: string;

  const create = (changes: Partial<ClientServiceOptions> = {}) =>
    new ClientService({
      registry,
      env: { PATH: join(home, 'bin') },
      home,
      platform: 'linux',
      stateFolder: join(home, 'state'),
      endpointUrl: (slug) => `http://127.0.0.1:23784/${slug}/mcp`,
      mintToken: (slug, client) => tokens.mint(slug, client),
      revokeToken: (slug, client) => tokens.revoke(client, slug),
      bridgeCommand: () => ({ command: '/opt/berth/berth', args: [] }),
      ...changes,
    });
  const write = async (file: string, content: string | Buffer) => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  };
  const tokenIn = async () => /berth_[A-Za-z0-9_-]{43}/.exec(await readFile(cursorFile, 'utf8'))?.[0] ?? '';

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'berth-clients-'));
    registry = await loadClientRegistry(rows);
    tokens = await EndpointTokens.open({ file: join(home, 'state', 'tokens.json') });
    cursorFile = join(home, '.cursor', 'mcp.json');
    claudeFile = join(home, '.config', 'Claude', 'claude_desktop_config.json');
    clients = create();
  });
  afterEach(async () => {
    clients.dispose();
    await tokens.dispose();
    await rm(home, { recursive: true, force: true });
  });

  it('shows a change, makes it, reports it and undoes it: URL and header for Cursor', async () => {
    const original =
      '{\n  "mcpServers": {\n    "github": {\n      "command": "gh-mcp",\n      "env": { "GH_TOKEN": "hunter2" }\n    }\n  }\n}\n';
    await write(cursorFile, original);
    await chmod(cursorFile, 0o644);

    const preview = await clients.preview({ client: 'cursor', slugs: ['staging'], action: 'install' });
    expect(preview).toMatchObject({ client: 'cursor', file: cursorFile, creates: false, noop: false });
    expect(preview.diff).toContain('+      "url": "http://127.0.0.1:23784/staging/mcp",');
    expect(preview.diff).toContain('+        "Authorization": "Bearer …"');
    expect(preview.diff).not.toContain('hunter2');
    expect(preview.notes.join(' ')).toContain('0644 → 0600');
    expect(tokens.list()).toEqual([]);
    expect(await readFile(cursorFile, 'utf8')).toBe(original);

    const client = await clients.install({ client: 'cursor', slugs: ['staging'], baseHash: preview.baseHash });
    expect(client.state).toBe('installed');
    expect(client.entries).toEqual([{ slug: 'staging', name: 'berth-staging', via: 'url', state: 'installed' }]);
    const token = await tokenIn();
    expect(tokens.verify('staging', token)).toEqual({ name: 'cursor' });
    expect(JSON.parse(await readFile(cursorFile, 'utf8')).mcpServers).toEqual({
      github: { command: 'gh-mcp', env: { GH_TOKEN: 'hunter2' } },
      'berth-staging': {
        url: 'http://127.0.0.1:23784/staging/mcp',
        headers: { Authorization: `Bearer ${token}` },
      },
    });
    expect((await stat(cursorFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(join(home, 'state', 'clients', 'journal.jsonl'), 'utf8')).not.toContain(token);

    const after = await clients.uninstall({ client: 'cursor' });
    expect(after).toMatchObject({ state: 'available', entries: [] });
    expect(await readFile(cursorFile, 'utf8')).toBe(original);
    expect((await stat(cursorFile)).mode & 0o777).toBe(0o644);
    expect(tokens.verify('staging', token)).toBeUndefined();
    expect(await readdir(dirname(cursorFile))).toEqual(['mcp.json']);
  });

  it('gives Claude Desktop the bridge, without any token, and removes the file and folders that it made', async () => {
    const before = await clients.get('claude-desktop');
    expect(before).toMatchObject({ state: 'absent', via: 'bridge', file: claudeFile });
    const preview = await clients.preview({ client: 'claude-desktop', slugs: ['a', 'b'], action: 'install' });
    expect(preview).toMatchObject({ creates: true, baseHash: null });
    await clients.install({ client: 'claude-desktop', slugs: ['a', 'b'], baseHash: null });
    expect(JSON.parse(await readFile(claudeFile, 'utf8'))).toEqual({
      mcpServers: {
        'berth-a': { command: '/opt/berth/berth', args: ['connect', 'a', '--client', 'claude-desktop'] },
        'berth-b': { command: '/opt/berth/berth', args: ['connect', 'b', '--client', 'claude-desktop'] },
      },
    });
    expect((await stat(claudeFile)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(claudeFile))).mode & 0o777).toBe(0o700);
    expect(tokens.list()).toEqual([]);

    const again = await clients.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(again).toMatchObject({ noop: true, diff: '' });
    const { mtimeMs } = await stat(claudeFile);
    await clients.install({ client: 'claude-desktop', slugs: ['a', 'b'] });
    expect((await stat(claudeFile)).mtimeMs).toBe(mtimeMs);

    await clients.uninstall({ client: 'claude-desktop', slugs: ['a'] });
    await clients.uninstall({ client: 'claude-desktop', slugs: ['b'] });
    await expect(lstat(join(home, '.config'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
