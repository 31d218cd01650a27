import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointTokens } from '../../../../main/core/secrets/endpoint-tokens.ts';

describe('EndpointTokens', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-tokens-'));
    file = join(folder, 'state', 'endpoint-tokens.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('recognises a token for its slug only, also after a restart, and keeps no token on disk', async () => {
    const tokens = await EndpointTokens.open({ file });
    const token = await tokens.mint('staging', 'cursor');
    const other = await tokens.mint('production', 'cursor');
    expect(token).toMatch(/^berth_[A-Za-z0-9_-]{43}$/);
    await tokens.dispose();

    const again = await EndpointTokens.open({ file });
    expect([
      again.verify('staging', token),
      again.verify('production', token),
      again.verify('production', other),
      again.verify('staging', `${token}x`),
      again.verify('staging', ''),
      again.verify('nobody', token),
    ]).toEqual([{ name: 'cursor' }, undefined, { name: 'cursor' }, undefined, undefined, undefined]);
    await again.dispose();

    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(token.slice(6));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'state'))).toEqual(['endpoint-tokens.json']);
  });

  it('prepares a token beside the former one, until it is kept or dropped', async () => {
    const tokens = await EndpointTokens.open({ file });
    const former = await tokens.mint('a', 'cursor');
    const dropped = await tokens.prepare('a', 'cursor');
    expect([former, dropped.token].map((token) => tokens.verify('a', token)?.name)).toEqual(['cursor', 'cursor']);
    await dropped.drop();
    expect([former, dropped.token].map((token) => tokens.verify('a', token)?.name)).toEqual(['cursor', undefined]);
    const kept = await tokens.prepare('a', 'cursor');
    await kept.keep();
    expect([former, kept.token].map((token) => tokens.verify('a', token)?.name)).toEqual([undefined, 'cursor']);
    expect(tokens.list()).toHaveLength(1);
    await tokens.dispose();
  });

  it('replaces the token of the same name and slug, and ends tokens by name, by name and slug, by slug', async () => {
    const tokens = await EndpointTokens.open({ file });
    const first = await tokens.mint('a', 'cursor');
    const second = await tokens.mint('a', 'cursor');
    expect(tokens.verify('a', first)).toBeUndefined();
    expect(tokens.verify('a', second)).toEqual({ name: 'cursor' });
    await tokens.mint('b', 'cursor');
    await tokens.mint('a', 'me');
    await tokens.mint('b', 'me');
    expect(await tokens.revoke('cursor', 'b')).toBe(1);
    expect(tokens.list().map(({ name, slug }) => `${name}:${slug}`)).toEqual(['cursor:a', 'me:a', 'me:b']);
    expect(await tokens.revokeSlug('a')).toBe(2);
    expect(tokens.verify('a', second)).toBeUndefined();
    expect(await tokens.revoke('me')).toBe(1);
    expect(await tokens.revoke('me')).toBe(0);
    await tokens.dispose();
    expect((await EndpointTokens.open({ file })).list()).toEqual([]);
  });

  it('keeps every token of many minted at once', async () => {
    const tokens = await EndpointTokens.open({ file });
    const minted = await Promise.all(Array.from({ length: 20 }, (_, index) => tokens.mint(`s${index}`, 'cursor')));
    const again = await EndpointTokens.open({ file });
    expect(minted.map((token, index) => again.verify(`s${index}`, token)?.name)).toEqual(minted.map(() => 'cursor'));
    await again.dispose();
  });

  it('remembers the last use', async () => {
    const now = new Date('2026-05-01T10:00:00.000Z');
    const tokens = await EndpointTokens.open({ file, now: () => now });
    const token = await tokens.mint('a', 'cursor');
    expect(tokens.list()[0]?.lastUsedAt).toBeNull();
    tokens.verify('a', token);
    await tokens.dispose();
    expect((await EndpointTokens.open({ file })).list()).toEqual([
      { name: 'cursor', slug: 'a', createdAt: '2026-05-01T10:00:00.000Z', lastUsedAt: '2026-05-01T10:00:00.000Z' },
    ]);
  });

  it.each(['{"version":1,"tokens":[', '', '[]', '{"version":2,"tokens":[]}'])(
    'keeps a broken file aside: %j',
    async (broken) => {
      const tokens = await EndpointTokens.open({ file });
      await tokens.mint('a', 'cursor');
      await writeFile(file, broken);
      const again = await EndpointTokens.open({ file });
      expect(again.problem?.code).toBe('invalid-config');
      expect(again.problem?.message).toContain(file);
      await again.mint('b', 'cursor');
      const names = await readdir(join(folder, 'state'));
      const aside = names.find((name) => name.includes('.broken-'));
      expect(await readFile(join(folder, 'state', aside ?? ''), 'utf8')).toBe(broken);
      expect((await EndpointTokens.open({ file })).problem).toBeNull();
    },
  );
});
