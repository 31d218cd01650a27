import { expect, fixtureServer, test } from './berth-window.ts';

test('a call that waits is shown on every page, looked at, and approved or denied', async ({ berth }) => {
  const program = ['command', '--context', 'none', '--set', `command=${process.execPath}`, '--guard', 'ask'];
  await berth.dock('notes', ...program, '--set', `args=${JSON.stringify([fixtureServer('good-stdio.mjs')])}`);
  const { page, sandbox } = berth;
  await berth.go('#/doctor');
  const write = (text: string) => sandbox.cli('call', 'notes', 'write_note', '--arg', `text=${text}`);

  const first = write('hello');
  const waiting = page.getByRole('region', { name: 'Calls to approve' });
  await expect(waiting).toContainText('cli asks for write_note on notes');
  await expect(page).toHaveTitle(/^\(1\) /);
  await waiting.getByRole('button', { name: 'Look and decide' }).click();
  const dialog = page.getByRole('dialog', { name: 'Let cli call write_note?' });
  await expect(dialog).toContainText('"hello"');
  const approve = dialog.getByRole('button', { name: 'Approve this call' });
  await expect(approve).not.toBeFocused();
  await approve.click();
  expect((await first).stdout).toContain('written');
  await expect(waiting).toHaveCount(0);

  const second = write('bye');
  await waiting.getByRole('button', { name: 'Look and decide' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
  expect((await second).stderr).toContain('A person denied this call');
  await expect(page).toHaveTitle(/^Doctor/);
});
