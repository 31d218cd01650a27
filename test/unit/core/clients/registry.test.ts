// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expandPath } from '../../../../main/core/clients/locate.ts';
import { loadClientRegistry, parseClientRow } from '../../../../main/core/clients/registry.ts';

const shipped = fileURLToPath(new URL('../../../../assets/clients', import.meta.url));

const row = `
id: other
title: Other
format: jsonc
key: [servers]
via: url
entries: { url: { url: '\${url}' } }
paths: { linux: [{ path: '\${OTHER_HOME}/mcp.json', override: true }, ~/.other/mcp.json] }
detect: { linux: { commands: [other] } }
reload: Restart it.
verifiedAt: null
`;

describe('the client registry', () => {
  it('knows Claude Desktop by the bridge and Cursor by URL, on every platform', async () => {
    const rows = await loadClientRegistry(shipped);
    expect(rows.map(({ id, via, format, key }) => ({ id, via, format, key }))).toEqual([
      { id: 'claude-desktop', via: 'bridge', format: 'json', key: ['mcpServers'] },
      { id: 'cursor', via: 'url', format: 'json', key: ['mcpServers'] },
    ]);
    for (const { paths, detect } of rows) {
      expect(Object.keys(paths).sort()).toEqual(['darwin', 'linux', 'win32']);
      expect(Object.keys(detect).sort()).toEqual(['darwin', 'linux', 'win32']);
    }
  });

  it('takes more rows as data, and lets a later folder replace one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-rows-'));
    try {
      await writeFile(join(folder, 'other.yaml'), row);
      await writeFile(
        join(folder, 'mine.yaml'),
        row.replace('id: other', 'id: cursor').replace('title: Other', 'title: Mine'),
      );
      const rows = await loadClientRegistry(shipped, folder, join(folder, 'none'));
      expect(rows.map(({ id, title }) => `${id}: ${title}`)).toEqual([
        'claude-desktop: Claude Desktop',
        'cursor: Mine',
        'other: Other',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['id: other\n  bad: [', /line 1, column 5: Nested mappings/],
    [row.replace('format: jsonc', 'format: ini'), /format/],
    [row.replace('via: url', 'via: bridge'), /entry shape/],
    [`${row}\nextra: 1`, /extra/i],
    [`${row}\nnameField: url`, /nameField/],
    [row.replace('verifiedAt: null', 'verifiedAt: yesterday'), /verifiedAt/],
  ])('refuses a wrong row and says where', (text, where) => {
    expect(() => parseClientRow(text, '/rows/other.yaml')).toThrow(where);
    expect(() => parseClientRow(text, '/rows/other.yaml')).toThrow(/\/rows\/other\.yaml/);
  });
});

describe('expandPath', () => {
  const linux = { platform: 'linux', home: '/home/me', env: { XDG_CONFIG_HOME: '/cfg', EMPTY: '' } } as const;
  const windows = { platform: 'win32', home: 'C:\\Users\\me', env: { APPDATA: 'D:\\Roaming' } } as const;
  it.each([
    [linux, '~/.cursor/mcp.json', '/home/me/.cursor/mcp.json'],
    [linux, '${XDG_CONFIG_HOME:-~/.config}/Claude/c.json', '/cfg/Claude/c.json'],
    [linux, '${EMPTY:-~/.config}/c.json', '/home/me/.config/c.json'],
    [linux, '${NOT_SET}/c.json', null],
    [linux, 'relative/c.json', null],
    [windows, '${APPDATA:-~/AppData/Roaming}/Claude/c.json', 'D:\\Roaming\\Claude\\c.json'],
    [windows, '${LOCALAPPDATA:-~/AppData/Local}/x', 'C:\\Users\\me\\AppData\\Local\\x'],
  ])('%#: %s', (machine, template, path) => {
    expect(expandPath(template, machine)).toBe(path);
  });
});
