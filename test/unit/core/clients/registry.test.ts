// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expandPath } from '../../../../main/core/clients/locate.ts';
import { loadClientRegistry, loadRegistry, parseClientRow } from '../../../../main/core/clients/registry.ts';

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

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-rows-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the client registry', () => {
  it('knows the clients of this list, each on every platform', async () => {
    const rows = await loadClientRegistry(shipped);
    expect(rows.map(({ id }) => id).join(' ')).toBe(
      'amp antigravity claude-code claude-desktop cline codex continue cursor devin-desktop gemini-cli copilot-cli goose junie kiro ' +
        'lm-studio opencode qwen-code vscode vscode-insiders warp windsurf zed',
    );
    for (const { paths, detect } of rows) {
      expect(Object.keys(paths).sort()).toEqual(['darwin', 'linux', 'win32']);
      expect(Object.keys(detect).sort()).toEqual(['darwin', 'linux', 'win32']);
    }
  });

  it('prefers the bridge, which needs no token in the file, everywhere but in Cursor', async () => {
    const rows = await loadClientRegistry(shipped);
    expect(rows.filter(({ via }) => via === 'url').map(({ id }) => id)).toEqual(['cursor']);
    expect(rows.filter(({ entries }) => entries.url === undefined).map(({ id }) => id)).toEqual(['claude-desktop']);
  });

  it('says either what shows that a row is right, or what could not be verified', async () => {
    for (const { id, verifiedAt, evidence, doubts } of await loadClientRegistry(shipped)) {
      expect({ id, shown: (verifiedAt === null ? doubts : evidence).length > 0 }).toEqual({ id, shown: true });
    }
  });

  it('takes rows of the user: more of them, and instead of those that come with Berth', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'other.yaml'), row);
      await writeFile(join(folder, 'mine.yml'), row.replace('id: other', 'id: cursor').replace('Other', 'Mine'));
      await writeFile(join(folder, 'notes.txt'), 'id: [');
      const { rows, problems } = await loadRegistry(shipped, folder);
      expect(problems).toEqual([]);
      const titles = new Map(rows.map(({ id, title }) => [id, title]));
      expect([titles.get('cursor'), titles.get('other'), titles.get('zed')]).toEqual(['Mine', 'Other', 'Zed']);
      expect(rows).toHaveLength((await loadClientRegistry(shipped)).length + 1);
    });
  });

  it('leaves out a wrong row of the user, says where it is wrong, and keeps the one that comes with Berth', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.yaml'), row.replace('id: other', 'id: cursor').replace('jsonc', 'ini'));
      await writeFile(join(folder, 'b.yaml'), row);
      await writeFile(join(folder, 'c.yaml'), row);
      const { rows, problems } = await loadRegistry(shipped, folder);
      expect(rows.find(({ id }) => id === 'cursor')?.title).toBe('Cursor');
      expect(rows.find(({ id }) => id === 'other')?.title).toBe('Other');
      expect(problems.map(({ message }) => message)).toEqual([
        expect.stringContaining(`${join(folder, 'a.yaml')}:4:9: "format"`),
        `${join(folder, 'c.yaml')}: the client "other" is already in ${join(folder, 'b.yaml')}.`,
      ]);
    });
  });

  it('needs no folder of the user, and says so when one cannot be read', async () => {
    await inFolder(async (folder) => {
      expect((await loadRegistry(shipped, join(folder, 'none'))).problems).toEqual([]);
      await writeFile(join(folder, 'file'), '');
      const { rows, problems } = await loadRegistry(shipped, join(folder, 'file'));
      expect(rows.length).toBeGreaterThan(0);
      expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('ENOTDIR')]);
    });
  });

  it.each([
    ['id: other\n  bad: [', /other\.yaml:1:5: nested mappings/],
    [row.replace('format: jsonc', 'format: ini'), /other\.yaml:4:9: "format"/],
    [row.replace('~/.other/mcp.json', '{ path: /x, via: bridge }'), /entry shape for what `via` of a place says/],
    [row.replace('via: url', 'via: bridge'), /entry shape/],
    [row.replace("'${url}'", "'${uri}'"), /other\.yaml:7:17: "entries\.url": \$\{uri\} stands for nothing/],
    [row.replace("'${url}'", "'${env:URL}'"), /"entries\.url": \$\{url\} must be in it/],
    [`${row}\nextra: 1`, /extra/i],
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
