import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientRow } from '../../../../main/core/clients/registry.ts';
import { type ClientSandbox, openClientSandbox, tokenIn, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('ClientService', () => {
  let sandbox: ClientSandbox;
  let home: string;
  let tokens: ClientSandbox['tokens'];
  let clients: ClientSandbox['clients'];
  let create: ClientSandbox['create'];
  let cursorFile: string;
  let claudeFile: string;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    ({ home, tokens, clients, create, cursorFile, claudeFile } = sandbox);
  });
  afterEach(() => sandbox.dispose());

  it('shows a change, makes it, reports it and undoes it: URL and header for Cursor', async () => {
    const original =
      '{\n  "mcpServers": {\n    "github": {\n      "command": "gh-mcp",\n      "env": { "GH_TOKEN": "hunter2" }\n    }\n  }\n}\n';
    await writeDeep(cursorFile, original);
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
    const token = await tokenIn(cursorFile);
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
    await writeDeep(claudeFile, original);
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
    await writeDeep(cursorFile, '{"mcpServers":{}}');
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

  it('calls an entry outdated when the endpoint has moved, and installing again repairs it', async () => {
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const moved = create({ endpointUrl: (slug) => `http://127.0.0.1:9/${slug}/mcp` });
    expect((await moved.get('cursor')).entries).toMatchObject([{ state: 'outdated' }]);
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

  it('finds applications by program, launcher and folder, and reports the last connection', async () => {
    const registry = sandbox.registry.filter(({ id }) => id === 'claude-desktop' || id === 'cursor');
    expect((await create({ registry }).list()).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'claude-desktop absent',
      'cursor absent',
    ]);
    await mkdir(join(home, '.config', 'Claude'), { recursive: true });
    await writeDeep(join(home, 'bin', 'cursor'), '#!/bin/sh\n');
    await chmod(join(home, 'bin', 'cursor'), 0o755);
    const sighting = { at: '2026-05-01T10:00:00.000Z', as: { name: 'cursor-vscode', version: '1.0.0' } };
    const seen = create({ registry, seen: (id) => (id === 'cursor' ? sighting : null) });
    expect((await seen.list()).map((one) => [one.id, one.state, one.connectedAt, one.connectedAs])).toEqual([
      ['claude-desktop', 'available', null, null],
      ['cursor', 'available', sighting.at, sighting.as],
    ]);
    const { notes } = await seen.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(notes).toEqual(['Of Claude Desktop only its folder was found, not the application.']);
    await expect(seen.get('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('prefers the packaged Claude Desktop on Windows and names the other file', async () => {
    // The files are real; only the separators are this platform's.
    const row = sandbox.registry.find(({ id }) => id === 'claude-desktop');
    const paths = row?.paths.win32?.map((place) => place.path) ?? [];
    const windows = { ...(row as ClientRow), paths: { linux: row?.paths.win32 }, detect: { linux: row?.detect.win32 } };
    const env = { LOCALAPPDATA: join(home, 'Local'), APPDATA: join(home, 'Roaming') };
    const machine = create({ registry: [windows as ClientRow], env });
    expect(paths).toHaveLength(2);
    const classic = join(home, 'Roaming', 'Claude', 'claude_desktop_config.json');
    expect((await machine.get('claude-desktop')).file).toBe(classic);
    await writeDeep(classic, '{}');
    const packaged = join(
      home,
      'Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json',
    );
    await writeDeep(packaged, '{}');
    const preview = await machine.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(preview.file).toBe(packaged);
    expect(preview.notes.join(' ')).toContain(classic);
    expect((await machine.get('claude-desktop')).state).toBe('available');
  });

  it('announces changes that others make', async () => {
    await writeDeep(cursorFile, '{}');
    const watching = create({ watchTiming: { debounceMs: 20, pollMs: 500 } });
    await watching.start();
    try {
      const changed = new Promise<void>((resolve) => watching.onDidChange(() => resolve()));
      await writeFile(cursorFile, '{"mcpServers":{}}');
      await changed;
      const created = new Promise<void>((resolve) => watching.onDidChange(() => resolve()));
      await writeDeep(claudeFile, '{}');
      await created;
    } finally {
      watching.dispose();
    }
  });
});
