import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ClientMachine, locateClient } from '../../../../main/core/clients/locate.ts';
import { type ClientRow, loadClientRegistry } from '../../../../main/core/clients/registry.ts';

const rows = await loadClientRegistry(fileURLToPath(new URL('../../../../assets/clients', import.meta.url)));

const home = { linux: '/home/me', darwin: '/Users/me', win32: 'C:\\Users\\me' } as const;
type Platform = keyof typeof home;

const machine = (platform: Platform, env: ClientMachine['env'] = {}): ClientMachine => ({
  platform,
  home: home[platform],
  env,
});
const file = async (row: ClientRow, platform: Platform, env?: ClientMachine['env']) =>
  (await locateClient(row, machine(platform, env)))?.file;

const appData = 'C:\\Users\\me\\AppData\\Roaming';

/** Where each client's file is made on a machine that has none yet: Linux, macOS, Windows; one path where all are alike. */
const places: Record<string, string | [linux: string, darwin: string, win32: string]> = {
  amp: '.config/amp/settings.json',
  antigravity: '.gemini/config/mcp_config.json',
  'claude-code': '.claude.json',
  'claude-desktop': [
    '/home/me/.config/Claude/claude_desktop_config.json',
    '/Users/me/Library/Application Support/Claude/claude_desktop_config.json',
    `${appData}\\Claude\\claude_desktop_config.json`,
  ],
  cline: '.cline/data/settings/cline_mcp_settings.json',
  codex: '.codex/config.toml',
  continue: '.continue/config.yaml',
  'copilot-cli': '.copilot/mcp-config.json',
  cursor: '.cursor/mcp.json',
  'devin-desktop': [
    '/home/me/.config/devin/mcp_config.json',
    '/Users/me/.config/devin/mcp_config.json',
    `${appData}\\devin\\mcp_config.json`,
  ],
  'gemini-cli': '.gemini/settings.json',
  goose: [
    '/home/me/.config/goose/config.yaml',
    '/Users/me/.config/goose/config.yaml',
    `${appData}\\Block\\goose\\config\\config.yaml`,
  ],
  junie: '.junie/mcp/mcp.json',
  kiro: '.kiro/settings/mcp.json',
  'lm-studio': '.lmstudio/mcp.json',
  opencode: '.config/opencode/opencode.jsonc',
  'qwen-code': '.qwen/settings.json',
  vscode: [
    '/home/me/.config/Code/User/mcp.json',
    '/Users/me/Library/Application Support/Code/User/mcp.json',
    `${appData}\\Code\\User\\mcp.json`,
  ],
  'vscode-insiders': [
    '/home/me/.config/Code - Insiders/User/mcp.json',
    '/Users/me/Library/Application Support/Code - Insiders/User/mcp.json',
    `${appData}\\Code - Insiders\\User\\mcp.json`,
  ],
  warp: '.warp/.mcp.json',
  windsurf: '.codeium/windsurf/mcp_config.json',
  zed: ['/home/me/.config/zed/settings.json', '/Users/me/.config/zed/settings.json', `${appData}\\Zed\\settings.json`],
};

/** What an environment makes of it on Linux, and that it does the same elsewhere. */
const overrides: [id: string, env: Record<string, string>, linux: string, everywhere: boolean][] = [
  ['amp', { AMP_SETTINGS_FILE: '/o/s.json' }, '/o/s.json', true],
  ['amp', { XDG_CONFIG_HOME: '/x' }, '/x/amp/settings.json', true],
  ['claude-code', { CLAUDE_CONFIG_DIR: '/o' }, '/o/.claude.json', true],
  ['claude-desktop', { XDG_CONFIG_HOME: '/x' }, '/x/Claude/claude_desktop_config.json', false],
  ['cline', { CLINE_MCP_SETTINGS_PATH: '/o/m.json', CLINE_DATA_DIR: '/d', CLINE_DIR: '/c' }, '/o/m.json', true],
  ['cline', { CLINE_DATA_DIR: '/d', CLINE_DIR: '/c' }, '/d/settings/cline_mcp_settings.json', true],
  ['cline', { CLINE_DIR: '/c' }, '/c/data/settings/cline_mcp_settings.json', true],
  ['codex', { CODEX_HOME: '/o' }, '/o/config.toml', true],
  ['continue', { CONTINUE_GLOBAL_DIR: '/o' }, '/o/config.yaml', true],
  ['copilot-cli', { COPILOT_HOME: '/o' }, '/o/mcp-config.json', true],
  ['gemini-cli', { GEMINI_CLI_HOME: '/o' }, '/o/.gemini/settings.json', true],
  ['goose', { GOOSE_PATH_ROOT: '/o' }, '/o/config/config.yaml', true],
  ['opencode', { XDG_CONFIG_HOME: '/x' }, '/x/opencode/opencode.jsonc', true],
  ['qwen-code', { QWEN_HOME: '/o' }, '/o/settings.json', true],
  ['vscode', { XDG_CONFIG_HOME: '/x' }, '/x/Code/User/mcp.json', false],
  ['zed', { XDG_CONFIG_HOME: '/x' }, '/x/zed/settings.json', false],
];

test('every client has its place in these tables', () => {
  expect(Object.keys(places).sort()).toEqual(rows.map(({ id }) => id).sort());
});

test.each(rows)('$id keeps its servers there on every platform', async (row) => {
  const place = places[row.id] ?? '';
  const [linux, darwin, win32] = Array.isArray(place)
    ? place
    : [`/home/me/${place}`, `/Users/me/${place}`, `C:\\Users\\me\\${place.replaceAll('/', '\\')}`];
  expect([await file(row, 'linux'), await file(row, 'darwin'), await file(row, 'win32')]).toEqual([
    linux,
    darwin,
    win32,
  ]);
});

test.each(overrides)('%s follows %j', async (id, env, linux, everywhere) => {
  const row = rows.find((one) => one.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  expect(await file(row, 'linux', env)).toBe(linux);
  expect((await file(row, 'darwin', env)) === linux).toBe(everywhere);
  const windows = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, `D:${value}`]));
  expect((await file(row, 'win32', windows)) === `D:${linux.replaceAll('/', '\\')}`).toBe(everywhere);
});

test('Windows has its own variables for the folders of applications', async () => {
  const env = { APPDATA: 'E:\\Roaming', LOCALAPPDATA: 'E:\\Local' };
  const of = async (id: string) => file(rows.find((row) => row.id === id) as ClientRow, 'win32', env);
  expect([await of('vscode'), await of('zed'), await of('claude-desktop')]).toEqual([
    'E:\\Roaming\\Code\\User\\mcp.json',
    'E:\\Roaming\\Zed\\settings.json',
    'E:\\Roaming\\Claude\\claude_desktop_config.json',
  ]);
});
