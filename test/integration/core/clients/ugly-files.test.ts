import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientService } from '../../../../main/core/clients/client-service.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';
import { isOnePiece } from '../../../fixtures/clients/one-piece.ts';
import { type UglyFile, uglyFiles } from '../../../fixtures/clients/ugly/files.ts';
import { uglyRow } from '../../../fixtures/clients/ugly/rows.ts';

const formats = ['json', 'json-comments', 'jsonc', 'toml', 'yaml', 'yaml-list'] as const;

describe('files as they are on people’s machines', () => {
  let sandbox: ClientSandbox;
  let clients: ClientService;
  let moved: ClientService;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    const registry = formats.map(uglyRow);
    clients = sandbox.create({ registry });
    moved = sandbox.create({ registry, endpointUrl: (slug) => `http://127.0.0.1:9/${slug}` });
  });
  afterEach(async () => {
    clients.dispose();
    moved.dispose();
    await sandbox.dispose();
  });

  const fileOf = (client: string) => join(sandbox.home, client, 'config');

  it('are more than a hundred, of every format, and more than thirty of them are refused', () => {
    expect(uglyFiles.length).toBeGreaterThanOrEqual(110);
    for (const format of formats) expect(uglyFiles.filter(({ row }) => row === format).length).toBeGreaterThan(4);
    expect(uglyFiles.filter(({ refused }) => refused).length).toBeGreaterThan(30);
    expect(new Set(uglyFiles.map(({ row, what }) => `${row}: ${what}`)).size).toBe(uglyFiles.length);
  });

  const editable = uglyFiles.filter(({ refused }) => refused === undefined);
  it.each(editable)('$row: $what: entries come, move and go, and the bytes are as before', async ({ row, bytes }) => {
    const file = fileOf(row);
    const before = Buffer.from(bytes as string);
    await writeDeep(file, before);
    await chmod(file, 0o640);

    await expectRoundTrip(row, before);
    await clients.install({ client: row, slugs: ['a'] });
    await clients.install({ client: row, slugs: ['b'] });
    await moved.install({ client: row, slugs: ['b', 'a'] });
    expect(await readFile(file, 'utf8')).toContain('http://127.0.0.1:9/a');
    await moved.uninstall({ client: row, slugs: ['a'] });
    await moved.uninstall({ client: row, slugs: ['b'] });
    expect(await readFile(file)).toEqual(before);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(sandbox.tokens.list()).toEqual([]);
  });

  const hopeless = uglyFiles.flatMap((file) => (file.refused ? [{ ...file, refused: file.refused }] : []));
  it.each(hopeless)('$row: $what: refused with its place, and not touched', async ({ row, bytes, refused }) => {
    await writeDeep(fileOf(row), Buffer.from(bytes as string));
    // One that was written just now might be half of something.
    const yesterday = new Date(Date.now() - 86_400_000);
    await utimes(fileOf(row), yesterday, yesterday);
    for (const attempt of [
      () => clients.preview({ client: row, slugs: ['a'], action: 'install' }),
      () => clients.install({ client: row, slugs: ['a'] }),
    ]) {
      const error = await attempt().then(
        () => null,
        (rejected: unknown) => rejected,
      );
      expect(error).toMatchObject({ message: expect.stringMatching(refused), hint: expect.stringMatching(/\w\.$/) });
    }
    expect(await readFile(fileOf(row))).toEqual(Buffer.from(bytes as string));
    expect(await readdir(dirname(fileOf(row)))).toEqual(['config']);
    expect(sandbox.tokens.list()).toEqual([]);
  });

  const texts: Readonly<Record<UglyFile['row'], string>> = {
    json: '{"mcpServers": {"x": {}}}',
    'json-comments': '{"mcpServers": {"x": {}}} // end',
    jsonc: '{"servers": {"x": {},},}',
    toml: '[mcp_servers.x]\nurl = "u"',
    yaml: 'extensions:\n  x: {}',
    'yaml-list': 'mcpServers:\n- name: x',
  };
  describe.each(formats)('%s', (row) => {
    const before = Buffer.from(texts[row]);

    it('is written through a chain of links, which stay', async () => {
      const real = join(sandbox.home, 'dotfiles', 'real');
      await writeDeep(real, before);
      await symlink('real', join(dirname(real), 'second'));
      await mkdir(join(sandbox.home, 'elsewhere'));
      await symlink('elsewhere', join(sandbox.home, row));
      await symlink('../dotfiles/second', fileOf(row));
      await expectRoundTrip(row, before);
      expect(await readlink(fileOf(row))).toBe('../dotfiles/second');
      expect(await readlink(join(sandbox.home, row))).toBe('elsewhere');
      expect((await lstat(real)).isFile()).toBe(true);
    });

    it('is not made through a link that leads nowhere', async () => {
      await mkdir(join(sandbox.home, row));
      await symlink('../nowhere/config', fileOf(row));
      await expect(clients.install({ client: row, slugs: ['a'] })).rejects.toMatchObject({ code: 'refused' });
      expect(await readdir(sandbox.home)).not.toContain('nowhere');
    });

    it('is left alone when it is read-only', async () => {
      await writeDeep(fileOf(row), before);
      await chmod(fileOf(row), 0o444);
      await expect(clients.install({ client: row, slugs: ['a'] })).rejects.toMatchObject({ code: 'refused' });
      expect(await readFile(fileOf(row))).toEqual(before);
    });

    it('is left alone in a read-only folder, unless one is root, who is not held up by it', async () => {
      await writeDeep(fileOf(row), before);
      await chmod(dirname(fileOf(row)), 0o555);
      try {
        if (process.getuid?.() === 0) await expectRoundTrip(row, before);
        else await expect(clients.install({ client: row, slugs: ['a'] })).rejects.toMatchObject({ code: 'refused' });
        expect(await readFile(fileOf(row))).toEqual(before);
      } finally {
        await chmod(dirname(fileOf(row)), 0o755);
      }
    });

    it('is made where there is none, and goes again with its folder', async () => {
      await clients.install({ client: row, slugs: ['a'] });
      expect(await readFile(fileOf(row), 'utf8')).toMatch(/\n$/);
      await clients.uninstall({ client: row });
      expect(await readdir(sandbox.home)).not.toContain(row);
    });
  });

  /** Two entries come in one piece of text and go one by one. */
  async function expectRoundTrip(client: UglyFile['row'], before: Buffer): Promise<void> {
    await clients.install({ client, slugs: ['a', 'b'] });
    const after = await readFile(fileOf(client), 'utf8');
    expect(isOnePiece(before.toString('utf8'), after)).toBe(true);
    const { state, entries } = await clients.get(client);
    expect({ state, names: entries.map(({ name }) => name) }).toEqual({
      state: 'installed',
      names: ['berth-a', 'berth-b'],
    });
    await clients.uninstall({ client, slugs: ['a'] });
    await clients.uninstall({ client });
    expect(await readFile(fileOf(client))).toEqual(before);
  }
});
