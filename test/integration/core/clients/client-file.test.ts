import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientJournal } from '../../../../main/core/clients/journal.ts';
import { type ClientSandbox, openClientSandbox, tokenIn, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

describe('a client’s file', () => {
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

  it.each([
    ['an empty file', ''],
    ['white space only', ' \n\n'],
    ['a byte order mark and CRLF', '\uFEFF{\r\n    "mcpServers": {\r\n    }\r\n}\r\n'],
    ['a byte order mark alone', '\uFEFF'],
    ['no newline at the end', '{\n\t"mcpServers" : {"x":{}}\n}'],
  ])('gives back the bytes of %s', async (_what, original) => {
    await writeDeep(claudeFile, original);
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
    await writeDeep(claudeFile, '{}');
    await chmod(claudeFile, 0o640);
    const { notes } = await clients.preview({ client: 'claude-desktop', slugs: ['a'], action: 'install' });
    expect(notes.join(' ')).not.toContain('permissions');
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    expect((await stat(claudeFile)).mode & 0o777).toBe(0o640);
  });

  it('writes through a link and leaves the link', async () => {
    const real = join(home, 'dotfiles', 'mcp.json');
    await writeDeep(real, '{}');
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
    await writeDeep(cursorFile, '{\n  "mcpServers": {,}\n}');
    await expect(clients.preview({ client: 'cursor', slugs: ['a'], action: 'install' })).rejects.toThrow(
      `${cursorFile}, line 2, column 18`,
    );
  });

  it('refuses a read-only file, also as root', async () => {
    await writeDeep(cursorFile, '{}');
    await chmod(cursorFile, 0o444);
    await expect(clients.install({ client: 'cursor', slugs: ['a'] })).rejects.toMatchObject({ code: 'refused' });
    expect(await readFile(cursorFile, 'utf8')).toBe('{}');
    expect(tokens.list()).toEqual([]);
  });

  it('never claims an entry of its name that somebody else wrote', async () => {
    const original = '{"mcpServers":{"berth-a":{"command":"theirs"}}}';
    await writeDeep(cursorFile, original);
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

  it('refuses to write what was not previewed', async () => {
    await writeDeep(cursorFile, '{}');
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
    await writeDeep(cursorFile, '{"mcpServers":{}}');
    let interfered = false;
    // The token is minted after the file was read and before it is written.
    const racing = create({
      prepareToken: async (slug, client) => {
        if (!interfered) await writeFile(cursorFile, '{"mcpServers":{"theirs":{"command":"x"}}}');
        interfered = true;
        return tokens.prepare(slug, client);
      },
    });
    await racing.install({ client: 'cursor', slugs: ['a'] });
    expect(Object.keys(JSON.parse(await readFile(cursorFile, 'utf8')).mcpServers)).toEqual(['theirs', 'berth-a']);
    expect(tokens.verify('a', await tokenIn(cursorFile))).toEqual({ name: 'cursor' });
  });

  it('leaves a client that is installed already what it had, when installing it again fails', async () => {
    await writeDeep(cursorFile, '{}');
    await clients.install({ client: 'cursor', slugs: ['a'] });
    const former = await tokenIn(cursorFile);
    const racing = create({
      now: () => {
        writeFileSync(cursorFile, `${readFileSync(cursorFile, 'utf8')} `);
        return new Date();
      },
    });
    await expect(racing.install({ client: 'cursor', slugs: ['a', 'b'] })).rejects.toMatchObject({ code: 'conflict' });
    expect(await tokenIn(cursorFile)).toBe(former);
    expect(tokens.verify('a', former)).toEqual({ name: 'cursor' });
    expect(tokens.list()).toMatchObject([{ name: 'cursor', slug: 'a' }]);
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
    await writeDeep(cursorFile, '{}');
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
      await writeDeep(cursorFile, original);
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
    await writeDeep(cursorFile, '{"round":0}');
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
});
