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
])('config set %s %s', (setting, value, patch) => {
  expect(settingsPatch(setting, value, { OLD: '1' })).toEqual(patch);
});

test.each([
  ['port', 'high'],
  ['port', '70000'],
  ['theme', 'pink'],
  ['all.mode', 'some'],
  ['start-at-login', 'yes'],
  ['servers', 'none'],
])('config set %s %s is refused', (setting, value) => {
  expect(() => settingsPatch(setting, value, {})).toThrow(`"${setting}" cannot be set to "${value}".`);
});
