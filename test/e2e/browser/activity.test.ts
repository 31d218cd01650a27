import { readFileSync } from 'node:fs';
import { expect, fixtureServer, test } from './berth-window.ts';

test('every call is there with how it ended, and one can be looked at, found and saved', async ({ berth }) => {
  const program = ['command', '--context', 'none', '--set', `command=${process.execPath}`];
  await berth.dock('tools', ...program, '--set', `args=${JSON.stringify([fixtureServer('good-stdio.mjs')])}`);
  const { page, sandbox } = berth;
  await berth.go('#/activity');
  await expect(page.getByText('No calls yet')).toBeVisible();

  await sandbox.cli('call', 'tools', 'echo', '--arg', 'text=hello there');
  await sandbox.cli('call', 'tools', 'no-such-tool');
  const row = page.getByRole('button', { name: /answered: echo/ });
  await row.click();
  const details = page.getByRole('complementary', { name: 'Call of echo' });
  await expect(details).toContainText('hello there');
  await expect(details).toContainText('read-only');
  await expect(page.getByRole('button', { name: /refused: no-such-tool/ })).toBeVisible();

  await page.getByRole('combobox', { name: 'Outcome' }).selectOption({ label: 'refused' });
  await expect(row).toHaveCount(0);
  await expect(page).toHaveURL(/outcome=refused/);
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('');
  await page.getByRole('textbox', { name: 'Search calls' }).fill('HELLO');
  await expect(page.getByRole('status').filter({ hasText: /^1 call$/ })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export shown calls' }).click();
  const saved = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(saved.map((line) => JSON.parse(line).tool)).toEqual(['echo']);
});
