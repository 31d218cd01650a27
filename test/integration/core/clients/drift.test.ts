import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientSandbox, openClientSandbox, tokenIn, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

describe('what others do to installed entries', () => {
  let sandbox: ClientSandbox;
  let clients: ClientSandbox['clients'];
  let file: string;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    ({ clients, cursorFile: file } = sandbox);
  });
  afterEach(() => sandbox.dispose());

  const state = async () => {
    const { state, entries } = await clients.get('cursor');
    return [state, ...entries.map((entry) => entry.state)];
  };

  it('is seen: changed, one missing, all wiped; one repair puts all of it back and keeps what was added', async () => {
    await writeDeep(file, '{"mcpServers": {"x": {"command": "y"}}}');
    await clients.install({ client: 'cursor', slugs: ['a', 'b'] });
    const config = JSON.parse(await readFile(file, 'utf8'));
    config.mcpServers['berth-a'].url = 'http://127.0.0.1:1/';
    config.mcpServers['berth-a'].disabled = false;
    await writeFile(file, JSON.stringify(config));
    expect(await state()).toEqual(['changed', 'changed', 'installed']);
    const kept = config.mcpServers['berth-b'].headers.Authorization;

    expect((await clients.repair({ client: 'cursor' })).state).toBe('installed');
    const repaired = JSON.parse(await readFile(file, 'utf8')).mcpServers;
    expect(repaired['berth-a']).toMatchObject({ url: 'http://127.0.0.1:23784/a/mcp', disabled: false });
    expect(repaired['berth-b'].headers.Authorization).toBe(kept);

    delete repaired['berth-b'];
    await writeFile(file, JSON.stringify({ mcpServers: repaired }));
    expect(await state()).toEqual(['changed', 'installed', 'missing']);
    await writeFile(file, '{"other": 1}');
    expect(await state()).toEqual(['wiped', 'missing', 'missing']);
    await rm(file);
    expect(await state()).toEqual(['wiped', 'missing', 'missing']);

    expect((await clients.repair({ client: 'cursor' })).state).toBe('installed');
    expect(sandbox.tokens.verify('a', await tokenIn(file))).toEqual({ name: 'cursor' });
    expect((await clients.repair({ client: 'cursor' })).state).toBe('installed');
  });

  it('is told from an application that was there at the installation and has gone', async () => {
    await clients.install({ client: 'cursor', slugs: ['a'] });
    expect(await clients.get('cursor')).toMatchObject({ state: 'installed', application: 'traces' });
    const program = join(sandbox.home, 'bin', 'cursor');
    await writeDeep(program, '#!/bin/sh\n');
    await chmod(program, 0o755);
    await clients.install({ client: 'cursor', slugs: ['a'] });
    expect(await clients.get('cursor')).toMatchObject({ state: 'installed', application: 'found' });
    await rm(program);
    expect(await clients.get('cursor')).toMatchObject({ state: 'orphaned', application: 'traces' });
  });

  it('takes an entry that a client wrote back from its memory after an uninstallation for ours again', async () => {
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const stale = await readFile(file, 'utf8');
    const former = await tokenIn(file);
    await clients.uninstall({ client: 'cursor' });
    await writeDeep(file, stale);
    expect((await clients.install({ client: 'cursor', slugs: ['a'] })).state).toBe('installed');
    expect(sandbox.tokens.verify('a', former)).toBeUndefined();
    expect(sandbox.tokens.verify('a', await tokenIn(file))).toEqual({ name: 'cursor' });
    await clients.uninstall({ client: 'cursor' });
    await writeDeep(file, stale.replace('127.0.0.1:23784', '127.0.0.1:9999'));
    const foreign = clients.install({ client: 'cursor', slugs: ['a'] });
    await expect(foreign).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('changing the way ends the token that is no longer in the file', async () => {
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const token = await tokenIn(file);
    const client = await clients.install({ client: 'cursor', slugs: ['a'], via: 'bridge' });
    expect(client.entries).toEqual([{ slug: 'a', name: 'berth-a', via: 'bridge', state: 'installed' }]);
    expect(await readFile(file, 'utf8')).not.toContain('berth_');
    expect(sandbox.tokens.verify('a', token)).toBeUndefined();
    const wrong = clients.install({ client: 'claude-desktop', slugs: ['a'], via: 'url' });
    await expect(wrong).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('uninstalling everything leaves no trace but Berth’s own records, and one that refuses keeps no other from it', async () => {
    const { claudeFile, home, tokens } = sandbox;
    await clients.install({ client: 'cursor', slugs: ['a', 'b'] });
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    const spoilt = (await readFile(claudeFile, 'utf8')).replace('connect', 'disconnect');
    await writeFile(claudeFile, spoilt);
    expect(await clients.uninstallAll()).toMatchObject([
      { client: 'claude-desktop', error: { code: 'conflict' } },
      { client: 'cursor', entries: ['berth-a', 'berth-b'], error: null },
    ]);
    expect(tokens.list()).toEqual([]);
    expect(await readdir(dirname(dirname(file)))).not.toContain('.cursor');
    expect(await readFile(claudeFile, 'utf8')).toBe(spoilt);
    await clients.repair({ client: 'claude-desktop' });
    expect(await clients.uninstallAll()).toMatchObject([{ client: 'claude-desktop', error: null }]);
    expect((await readdir(home)).sort()).toEqual(['state']);
  });
});
