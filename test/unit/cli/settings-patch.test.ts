import { expect, test } from 'vitest';
import { settingsPatch } from '../../../main/cli/commands/config.ts';

test.each([
  ['port', '24000', { port: 24000 }],
  ['theme', 'dark', { theme: 'dark' }],
  ['start-at-login', 'on', { startAtLogin: true }],
  ['start-at-login', 'off', { startAtLogin: false }],
  ['all.mode', 'search', { all: { mode: 'search' } }],
  ['env.NEW', 'x', { env: { OLD: '1', NEW: 'x' } }],
  ['env.OLD', '2', { env: { OLD: '2' } }],
  ['env.OLD', '', { env: {} }],
  ['clients.vscode.file', '~/x/mcp.json', { clients: { amp: { file: '/a' }, vscode: { file: '~/x/mcp.json' } } }],
  ['clients.vscode.file', 'C:\\x\\mcp.json', { clients: { amp: { file: '/a' }, vscode: { file: 'C:\\x\\mcp.json' } } }],
  ['clients.amp.file', '', { clients: {} }],
])('config set %s %s', (setting, value, patch) => {
  expect(settingsPatch(setting, value, { env: { OLD: '1' }, clients: { amp: { file: '/a' } } })).toEqual(patch);
});

test.each([
  ['port', 'high'],
  ['port', '70000'],
  ['theme', 'pink'],
  ['all.mode', 'some'],
  ['start-at-login', 'yes'],
  ['servers', 'none'],
  ['clients.vscode.file', 'mcp.json'],
  ['clients.vscode', '/x/mcp.json'],
])('config set %s %s is refused', (setting, value) => {
  expect(() => settingsPatch(setting, value, { env: {}, clients: {} })).toThrow(
    `"${setting}" cannot be set to "${value}".`,
  );
});
