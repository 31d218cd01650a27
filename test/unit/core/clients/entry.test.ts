// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildEntry, containsEntry, hashEntry, hideSecrets, mergeEntry } from '../../../../main/core/clients/entry.ts';
import { type ClientRow, loadClientRegistry } from '../../../../main/core/clients/registry.ts';
import { configTexts } from '../../../../main/core/clients/text/config-texts.ts';

let cursor: ClientRow;
let claude: ClientRow;
beforeAll(async () => {
  const rows = await loadClientRegistry(fileURLToPath(new URL('../../../../assets/clients', import.meta.url)));
  const byId = (id: string) => {
    const row = rows.find((candidate) => candidate.id === id);
    if (row === undefined) throw new Error(`no row ${id}`);
    return row;
  };
  [cursor, claude] = [byId('cursor'), byId('claude-desktop')];
});

describe('entries', () => {
  it('are built from the row’s shape; what has no value is left out', () => {
    expect(buildEntry(cursor, 'url', { name: 'n', url: 'http://127.0.0.1:1/a/mcp', token: 't' })).toEqual({
      url: 'http://127.0.0.1:1/a/mcp',
      headers: { Authorization: 'Bearer t' },
    });
    expect(buildEntry(claude, 'bridge', { name: 'n', command: '/b', args: ['x', 'y'] })).toEqual({
      command: '/b',
      args: ['x', 'y'],
    });
    expect(buildEntry(claude, 'bridge', { name: 'n', command: '/b', args: [], env: { A: '1' } })).toEqual({
      command: '/b',
      args: [],
      env: { A: '1' },
    });
  });

  it('keep what users added to them and lose what was ours', () => {
    const existing = {
      command: 'old',
      disabled: true,
      headers: { 'X-Mine': '1', Authorization: 'Bearer old' },
      url: 'u',
    };
    expect(mergeEntry(cursor, existing, buildEntry(cursor, 'url', { name: 'n', url: 'n', token: 't' }))).toEqual({
      url: 'n',
      headers: { 'X-Mine': '1', Authorization: 'Bearer t' },
      disabled: true,
    });
    const deep = { url: 'o', headers: { nested: { mine: 1, theirs: 1 } } };
    expect(mergeEntry(cursor, deep, { url: 'n', headers: { nested: { theirs: 2 } } })).toEqual({
      url: 'n',
      headers: { nested: { mine: 1, theirs: 2 } },
    });
    expect(mergeEntry(cursor, 'nonsense', { url: 'n' })).toEqual({ url: 'n' });
  });

  it('spread what stands for several items in a list, with what is around it', () => {
    const stdio = {
      command: ['${command}', '${args...}', '${url}'],
      environment: '${env}',
      argv: ['-e=${env...}!', 'n', '${args...}'],
    };
    const row = { ...cursor, entries: { stdio } };
    expect(buildEntry(row, 'bridge', { name: 'n', command: '/b', args: ['x', 'y'], env: { A: '1', B: '2' } })).toEqual({
      command: ['/b', 'x', 'y'],
      environment: { A: '1', B: '2' },
      argv: ['-e=A=1!', '-e=B=2!', 'n', 'x', 'y'],
    });
    expect(buildEntry(row, 'bridge', { name: 'n', command: '/b', args: [] })).toEqual({ command: ['/b'], argv: ['n'] });
  });

  it('keep what users added deep in them', () => {
    const url = { requestOptions: { headers: { Authorization: 'Bearer ${token}' } } };
    const row = { ...cursor, entries: { url } };
    const existing = { requestOptions: { timeout: 5, headers: { 'X-Mine': '1', Authorization: 'Bearer old' } } };
    expect(mergeEntry(row, existing, buildEntry(row, 'url', { name: 'n', token: 't' }))).toEqual({
      requestOptions: { timeout: 5, headers: { 'X-Mine': '1', Authorization: 'Bearer t' } },
    });
  });

  it('are recognised by meaning, not by order', () => {
    expect(hashEntry({ a: 1, b: { c: [1, 2], d: 'x' } })).toBe(hashEntry({ b: { d: 'x', c: [1, 2] }, a: 1 }));
    expect(hashEntry({ a: [1, 2] })).not.toBe(hashEntry({ a: [2, 1] }));
  });

  it('are current while our fields say what we would write, whatever the token', () => {
    const wanted = buildEntry(cursor, 'url', { name: 'n', url: 'n', token: '…' });
    expect(
      containsEntry({ url: 'n', headers: { Authorization: 'Bearer berth_x', More: '1' }, disabled: true }, wanted),
    ).toBe(true);
    expect(containsEntry({ url: 'n' }, wanted)).toBe(false);
    expect(containsEntry({ url: 'o', headers: { Authorization: 'Bearer berth_x' } }, wanted)).toBe(false);
  });
});

describe('hideSecrets', () => {
  const place = { keys: ['mcpServers'], nameField: null };

  it('hides headers and variables of every entry, and endpoint tokens anywhere', () => {
    const token = `berth_${'A'.repeat(43)}`;
    const text = JSON.stringify({
      note: token,
      mcpServers: {
        x: { env: { KEY: 'hunter2', N: 1 }, args: ['a'] },
        y: { headers: { Authorization: 'Bearer s3cret' } },
      },
    });
    expect(JSON.parse(hideSecrets(text, configTexts.json, place))).toEqual({
      note: '…',
      mcpServers: { x: { env: { KEY: '…', N: 1 }, args: ['a'] }, y: { headers: { Authorization: 'Bearer …' } } },
    });
    expect(hideSecrets(`{ ${token}`, configTexts.json, place)).toBe('{ …');
  });
});
