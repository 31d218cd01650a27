import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientService, type ClientServiceOptions } from '../../../../main/core/clients/client-service.ts';
import { ClientJournal } from '../../../../main/core/clients/journal.ts';
import { type ClientRow, loadClientRegistry } from '../../../../main/core/clients/registry.ts';
import { EndpointTokens } from '../../../../main/core/secrets/endpoint-tokens.ts';

const rows = fileURLToPath(new URL('../../../../assets/clients', import.meta.url));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

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

  it('writes several servers at once, one after the other, and takes each out again', async () => {
    const original = '{"a":1}';
    await write(claudeFile, original);
    await clients.install({ client: 'claude-desktop', slugs: ['a', 'b', 'a'] });
    await clients.install({ client: 'claude-desktop', slugs: ['c'] });
    expect((await clients.get('claude-desktop')).entries.map(({ name }) => name)).toEqual([
      'berth-a',
      'berth-b',
      'berth-c',
    ]);
    await clients.uninstall({ client: 'claude-desktop', slugs: ['b', 'a'] });
    await expect(clients.uninstall({ client: 'claude-desktop', slugs: ['b'] })).rejects.toMatchObject({
      code: 'not-found',
    });
    await clients.uninstall({ client: 'claude-desktop', slugs: [] });
    expect(await readFile(claudeFile, 'utf8')).toBe(original);
    const journal = (await readFile(join(home, 'state', 'clients', 'journal.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(journal.map(({ action, name }) => `${action} ${name}`)).toEqual([
      'set berth-a',
      'set berth-b',
      'set berth-c',
      'remove berth-a',
      'remove berth-b',
      'remove berth-c',
    ]);
    expect(journal[0].before).toBe(sha256(original));
    expect(journal.at(-1).after).toBe(sha256(original));
  });

  it.each([
    ['an empty file', ''],
    ['white space only', ' \n\n'],
    ['a byte order mark and CRLF', '\uFEFF{\r\n    "mcpServers": {\r\n    }\r\n}\r\n'],
    ['a byte order mark alone', '\uFEFF'],
    ['no newline at the end', '{\n\t"mcpServers" : {"x":{}}\n}'],
  ])('gives back the bytes of %s', async (_what, original) => {
    await write(claudeFile, original);
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    expect((await readFile(claudeFile, 'utf8')).startsWith('\uFEFF')).toBe(original.startsWith('\uFEFF'));
    await clients.uninstall({ client: 'claude-desktop' });
    expect(await readFile(claudeFile, 'utf8')).toBe(original);
  });

  it('keeps a file and folder that it made when somebody else put something in', async () => {
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    const text = await readFile(claudeFile, 'utf8');
    await writeFile(claudeFile, text.replace('{\n', '{\n  "theme": "dark",\n'));
    await clients.uninstall({ client: 'claude-desktop' });
    expect(await readFile(claudeFile, 'utf8')).toBe('{\n  "theme": "dark"\n}\n');

    await clients.install({ client: 'cursor', slugs: ['a'] });
    await writeFile(join(dirname(cursorFile), 'theirs.txt'), 'x');
    await clients.uninstall({ client: 'cursor' });
    expect(await readdir(dirname(cursorFile))).toEqual(['theirs.txt']);
  });

  it('keeps the mode where no token is written, and says nothing of it', async () => {
    await write(claudeFile, '{}');
    await chmod(claudeFile, 0o640);
    const { notes } = await clients.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(notes.join(' ')).not.toContain('permissions');
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    expect((await stat(claudeFile)).mode & 0o777).toBe(0o640);
  });

  it('writes through a link and leaves the link', async () => {
    const real = join(home, 'dotfiles', 'mcp.json');
    await write(real, '{}');
    await mkdir(dirname(cursorFile));
    await symlink('../dotfiles/mcp.json', cursorFile);
    const { notes } = await clients.preview({ client: 'cursor', slugs: ['a'], action: 'install' });
    expect(notes.join(' ')).toContain(real);
    await clients.install({ client: 'cursor', slugs: ['a'] });
    expect((await lstat(cursorFile)).isSymbolicLink()).toBe(true);
    expect(Object.keys(JSON.parse(await readFile(real, 'utf8')).mcpServers)).toEqual(['berth-a']);
    await clients.uninstall({ client: 'cursor' });
    expect(await readFile(real, 'utf8')).toBe('{}');
  });

  it.each([
    ['a link that leads nowhere', async () => symlink('/nowhere/at/all', cursorFile), 'refused'],
    ['a link to itself', async () => symlink(cursorFile, cursorFile), 'refused'],
    ['a folder', async () => mkdir(cursorFile), 'refused'],
    ['a device', async () => symlink('/dev/null', cursorFile), 'refused'],
    ['text that is not UTF-8', async () => writeFile(cursorFile, Buffer.from([0x7b, 0xff, 0x7d])), 'invalid-config'],
    ['UTF-16', async () => writeFile(cursorFile, Buffer.from('\uFEFF{}', 'utf16le')), 'invalid-config'],
    ['a syntax error', async () => writeFile(cursorFile, '{\n  "mcpServers": {,}\n}'), 'invalid-config'],
    ['a key twice', async () => writeFile(cursorFile, '{"mcpServers":{},"mcpServers":{}}'), 'invalid-config'],
    ['servers that are no object', async () => writeFile(cursorFile, '{"mcpServers":[]}'), 'invalid-config'],
  ])('refuses %s, writes nothing, mints nothing, and says so in the list', async (_what, make, code) => {
    await mkdir(dirname(cursorFile));
    await make();
    const before = await readFile(cursorFile).catch(() => null);
    await expect(clients.install({ client: 'cursor', slugs: ['a'] })).rejects.toMatchObject({ code });
    const client = await clients.get('cursor');
    expect(client.state).toBe('unreadable');
    expect(client.error).toMatchObject({ code });
    expect(client.error?.hint).toBeTruthy();
    expect(await readFile(cursorFile).catch(() => null)).toEqual(before);
    expect(tokens.list()).toEqual([]);
    expect(await readdir(dirname(cursorFile))).toEqual(['mcp.json']);
  });

  it('names line and column of a syntax error', async () => {
    await write(cursorFile, '{\n  "mcpServers": {,}\n}');
    await expect(clients.preview({ client: 'cursor', slugs: ['a'], action: 'install' })).rejects.toThrow(
      `${cursorFile}, line 2, column 18`,
    );
  });

  it('refuses a read-only file, also as root', async () => {
    await write(cursorFile, '{}');
    await chmod(cursorFile, 0o444);
    await expect(clients.install({ client: 'cursor', slugs: ['a'] })).rejects.toMatchObject({ code: 'refused' });
    expect(await readFile(cursorFile, 'utf8')).toBe('{}');
    expect(tokens.list()).toEqual([]);
  });

  it('never claims an entry of its name that somebody else wrote', async () => {
    const original = '{"mcpServers":{"berth-a":{"command":"theirs"}}}';
    await write(cursorFile, original);
    for (const attempt of [
      clients.preview({ client: 'cursor', slugs: ['a'], action: 'install' }),
      clients.install({ client: 'cursor', slugs: ['a'] }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'already-exists', hint: expect.stringContaining('Rename') });
    }
    await clients.uninstall({ client: 'cursor' });
    expect(await readFile(cursorFile, 'utf8')).toBe(original);
    expect((await clients.get('cursor')).entries).toEqual([]);
    expect(tokens.list()).toEqual([]);
  });

  it('sees that somebody changed or removed its entry, leaves a changed one alone, and repairs it keeping what was added', async () => {
    await clients.install({ client: 'cursor', slugs: ['a', 'b'] });
    const config = JSON.parse(await readFile(cursorFile, 'utf8'));
    config.mcpServers['berth-a'].disabled = true;
    config.mcpServers['berth-a'].url = 'http://127.0.0.1:1/elsewhere';
    config.mcpServers['berth-b'] = undefined;
    await writeFile(cursorFile, JSON.stringify(config, null, 4));
    expect(await clients.get('cursor')).toMatchObject({
      state: 'changed',
      entries: [
        { slug: 'a', state: 'changed' },
        { slug: 'b', state: 'missing' },
      ],
    });
    const changed = await readFile(cursorFile, 'utf8');
    await expect(clients.uninstall({ client: 'cursor' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(cursorFile, 'utf8')).toBe(changed);

    expect(await clients.install({ client: 'cursor', slugs: ['a', 'b'] })).toMatchObject({ state: 'installed' });
    const repaired = JSON.parse(await readFile(cursorFile, 'utf8')).mcpServers['berth-a'];
    expect(repaired).toMatchObject({ disabled: true, url: 'http://127.0.0.1:23784/a/mcp' });
    expect(tokens.verify('a', repaired.headers.Authorization.slice('Bearer '.length))).toEqual({ name: 'cursor' });
    await clients.uninstall({ client: 'cursor' });
    expect(tokens.list()).toEqual([]);
  });

  it('stays with an entry that the user renamed, or that a formatter rewrote', async () => {
    await write(cursorFile, '{"mcpServers":{}}');
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const { mcpServers } = JSON.parse(await readFile(cursorFile, 'utf8'));
    const { url, headers } = mcpServers['berth-a'];
    await writeFile(cursorFile, JSON.stringify({ mcpServers: { 'my-cluster': { headers, url } } }, null, 3));
    expect((await clients.get('cursor')).entries).toEqual([
      { slug: 'a', name: 'my-cluster', via: 'url', state: 'installed' },
    ]);
    await clients.install({ client: 'cursor', slugs: ['a'] });
    expect(Object.keys(JSON.parse(await readFile(cursorFile, 'utf8')).mcpServers)).toEqual(['my-cluster']);
    await clients.uninstall({ client: 'cursor' });
    expect(JSON.parse(await readFile(cursorFile, 'utf8'))).toEqual({ mcpServers: {} });
  });

  it('calls an entry changed when the endpoint has moved, and installing again repairs it', async () => {
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const moved = create({ endpointUrl: (slug) => `http://127.0.0.1:9/${slug}/mcp` });
    expect((await moved.get('cursor')).entries).toMatchObject([{ state: 'changed' }]);
    const { noop, diff, notes } = await moved.preview({ client: 'cursor', slugs: ['a'], action: 'install' });
    expect({ noop, notes }).toEqual({
      noop: false,
      notes: expect.arrayContaining([expect.stringContaining('new token')]),
    });
    expect(diff).toContain('-      "url": "http://127.0.0.1:23784/a/mcp"');
    await moved.install({ client: 'cursor', slugs: ['a'] });
    expect((await moved.get('cursor')).state).toBe('installed');
    await moved.uninstall({ client: 'cursor' });
    await expect(lstat(cursorFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses to write what was not previewed', async () => {
    await write(cursorFile, '{}');
    const { baseHash } = await clients.preview({ client: 'cursor', slugs: ['a'], action: 'install' });
    await writeFile(cursorFile, '{"mine": 1}');
    for (const stale of [baseHash, null]) {
      await expect(clients.install({ client: 'cursor', slugs: ['a'], baseHash: stale })).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    expect(await readFile(cursorFile, 'utf8')).toBe('{"mine": 1}');
    expect(tokens.list()).toEqual([]);
  });

  it('starts over when the file changes while it writes, so that neither change is lost', async () => {
    await write(cursorFile, '{"mcpServers":{}}');
    let interfered = false;
    // The token is minted after the file was read and before it is written.
    const racing = create({
      mintToken: async (slug, client) => {
        if (!interfered) await writeFile(cursorFile, '{"mcpServers":{"theirs":{"command":"x"}}}');
        interfered = true;
        return tokens.mint(slug, client);
      },
    });
    await racing.install({ client: 'cursor', slugs: ['a'] });
    expect(Object.keys(JSON.parse(await readFile(cursorFile, 'utf8')).mcpServers)).toEqual(['theirs', 'berth-a']);
    expect(tokens.verify('a', await tokenIn())).toEqual({ name: 'cursor' });
  });

  it('gives up when the file never holds still, with the tokens revoked and the journal taking it back', async () => {
    let writes = 0;
    // The time is asked for once per try, between reading and writing.
    const racing = create({
      now: () => {
        writeFileSync(cursorFile, `{"n":${++writes}}`);
        return new Date();
      },
    });
    await write(cursorFile, '{}');
    await expect(racing.install({ client: 'cursor', slugs: ['a'] })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(cursorFile, 'utf8')).toBe(`{"n":${writes}}`);
    expect(writes).toBe(3);
    expect(tokens.list()).toEqual([]);
    expect((await clients.get('cursor')).entries).toEqual([]);
    expect(await new ClientJournal(join(home, 'state', 'clients')).read()).toEqual([]);
    expect(await readdir(dirname(cursorFile))).toEqual(['mcp.json']);
  });

  it('leaves the old file and no token when the disk is full', async (context) => {
    const folder = dirname(cursorFile);
    await mkdir(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (mounted.status !== 0) context.skip('a full disk needs the right to mount a tmpfs');
    try {
      const original = JSON.stringify({ mcpServers: {}, filler: 'x'.repeat(40_000) });
      await write(cursorFile, original);
      await expect(clients.install({ client: 'cursor', slugs: ['a'] })).rejects.toThrow(/disk is full/);
      expect(await readFile(cursorFile, 'utf8')).toBe(original);
      expect(await readdir(folder)).toEqual(['mcp.json']);
      expect(tokens.list()).toEqual([]);
      expect(await clients.get('cursor')).toMatchObject({ state: 'available', entries: [] });
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  it('keeps copies of the file as it was: private, the last ten', async () => {
    await write(cursorFile, '{"round":0}');
    for (let round = 1; round <= 12; round++) {
      await writeFile(cursorFile, (await readFile(cursorFile, 'utf8')).replace(/"round":\d+/, `"round":${round}`));
      await clients.install({ client: 'cursor', slugs: ['a'] });
    }
    const folder = join(home, 'state', 'clients', 'backups');
    const names = (await readdir(folder)).sort();
    expect(names).toHaveLength(10);
    const rounds = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')).round),
    );
    expect(rounds).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect((await stat(join(folder, names[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('finds applications by program, launcher and folder, and reports the last connection', async () => {
    expect((await clients.list()).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'claude-desktop absent',
      'cursor absent',
    ]);
    await mkdir(join(home, '.config', 'Claude'), { recursive: true });
    await write(join(home, 'bin', 'cursor'), '#!/bin/sh\n');
    await chmod(join(home, 'bin', 'cursor'), 0o755);
    const seen = create({ connectedAt: (id) => (id === 'cursor' ? '2026-05-01T10:00:00.000Z' : null) });
    expect((await seen.list()).map(({ id, state, connectedAt }) => [id, state, connectedAt])).toEqual([
      ['claude-desktop', 'available', null],
      ['cursor', 'available', '2026-05-01T10:00:00.000Z'],
    ]);
    const { notes } = await seen.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(notes).toEqual(['Of Claude Desktop only its folder was found, not the application.']);
    await expect(seen.get('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('prefers the packaged Claude Desktop on Windows and names the other file', async () => {
    // The files are real; only the separators are this platform's.
    const row = registry.find(({ id }) => id === 'claude-desktop');
    const paths = row?.paths.win32?.map((place) => place.path) ?? [];
    const windows = { ...(row as ClientRow), paths: { linux: row?.paths.win32 }, detect: { linux: row?.detect.win32 } };
    const env = { LOCALAPPDATA: join(home, 'Local'), APPDATA: join(home, 'Roaming') };
    const machine = create({ registry: [windows as ClientRow], env });
    expect(paths).toHaveLength(2);
    const classic = join(home, 'Roaming', 'Claude', 'claude_desktop_config.json');
    expect((await machine.get('claude-desktop')).file).toBe(classic);
    await write(classic, '{}');
    const packaged = join(
      home,
      'Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json',
    );
    await write(packaged, '{}');
    const preview = await machine.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(preview.file).toBe(packaged);
    expect(preview.notes.join(' ')).toContain(classic);
    expect((await machine.get('claude-desktop')).state).toBe('available');
  });

  it('announces changes that others make', async () => {
    await write(cursorFile, '{}');
    const watching = create({ watchTiming: { debounceMs: 20, pollMs: 500 } });
    await watching.start();
    try {
      const changed = new Promise<void>((resolve) => watching.onDidChange(() => resolve()));
      await writeFile(cursorFile, '{"mcpServers":{}}');
      await changed;
      const created = new Promise<void>((resolve) => watching.onDidChange(() => resolve()));
      await write(claudeFile, '{}');
      await created;
    } finally {
      watching.dispose();
    }
  });
});
