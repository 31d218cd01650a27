import { isRunning } from '../support/processes.ts';
import { expect, test } from './berth-window.ts';

test('a server is added, started, tested, guarded and removed', async ({ berth }) => {
  const { page } = berth;
  await berth.go('#/servers?add=1');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /Kubernetes MCP server/ }).click();
  const name = dialog.getByLabel('Name');
  await expect(name).toHaveValue('cluster');
  await name.fill('all');
  await expect(dialog.getByText('this name is reserved')).toBeVisible();
  await name.fill('shop');
  await dialog.getByLabel('Context', { exact: true }).selectOption('demo-production');
  await dialog.getByRole('button', { name: 'Add server' }).click();

  await expect(berth.row('shop')).toContainText('Ready', { timeout: 30_000 });
  await expect(berth.row('shop')).toContainText('production');
  const panel = page.getByRole('complementary', { name: 'Server shop' });
  await expect(panel).toContainText(`http://127.0.0.1:${berth.serving.port}/shop/mcp`);

  await panel.getByRole('button', { name: 'Test connection' }).click();
  await expect(panel.getByText('A safe read from the cluster')).toBeVisible({ timeout: 30_000 });
  await expect(panel.getByText(/\d+ passed · /)).toBeVisible();

  await panel.getByRole('tab', { name: /Tools/ }).click();
  await expect(panel.getByRole('link', { name: /pods_list_in_namespace/ })).toBeVisible();

  await panel.getByRole('tab', { name: 'Settings' }).click();
  await panel.getByRole('radio', { name: /Full/ }).click();
  const confirm = page.getByRole('dialog', { name: 'Raise the guard of shop to full?' });
  await confirm.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByRole('radio', { name: /Read-only/ })).toBeChecked();
  await panel.getByRole('radio', { name: /Full/ }).click();
  await confirm.getByRole('button', { name: 'Raise to full' }).click();
  await expect(panel.getByRole('radio', { name: /Full/ })).toBeChecked();
  await expect(panel.getByText('is marked production')).toBeVisible();
  await expect(berth.row('shop')).toContainText('full, capped');

  await panel.getByRole('button', { name: 'Remove server' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove server' }).click();
  await expect(berth.row('shop')).toHaveCount(0);
});

test('a killed process comes back, and the window shows it', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/servers/cluster');
  const panel = page.getByRole('complementary', { name: 'Server cluster' });
  const process = panel.getByText(/^pid \d+/);
  const pid = Number(/pid (\d+)/.exec((await process.textContent()) ?? '')?.[1]);
  expect(isRunning(pid)).toBe(true);
  globalThis.process.kill(pid, 'SIGKILL');
  await expect(process).toContainText('1 restart', { timeout: 20_000 });
  await expect(process).not.toContainText(`pid ${pid} `);
  await expect(berth.row('cluster')).toContainText('Ready');
});

test('many servers are stopped and started together', async ({ berth }) => {
  await berth.dock('one', 'kubernetes-mcp-server');
  await berth.dock('two', 'kubernetes-mcp-server', '--context', 'demo-production');
  const { page } = berth;
  await berth.go('#/servers');
  await page.getByRole('checkbox', { name: 'Select all servers' }).check();
  const bar = page.getByRole('toolbar', { name: 'Selected servers' });
  await expect(bar).toContainText('2 servers selected');
  await bar.getByRole('button', { name: 'Stop' }).click();
  await expect(berth.row('one')).toContainText('Stopped', { timeout: 20_000 });
  await expect(berth.row('two')).toContainText('Stopped', { timeout: 20_000 });
  await page.getByRole('checkbox', { name: 'Select two' }).uncheck();
  await bar.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(berth.row('one')).toContainText('Ready', { timeout: 30_000 });
  await expect(berth.row('two')).toContainText('Stopped');
});

test('a server that cannot start says why in its row, on top, and in a message with something to do', async ({
  berth,
}) => {
  await berth.sandbox.json('add', 'command', '--name', 'broken', '--set', 'command=/not/there/at-all');
  const { page } = berth;
  await berth.go('#/servers');
  await page.getByRole('button', { name: 'Start broken' }).click();
  await expect(berth.row('broken')).toContainText('Failed');
  await expect(berth.row('broken')).toContainText('/not/there/at-all');
  const message = page.getByRole('region', { name: 'Messages' }).getByRole('alert');
  await expect(message).toContainText('broken could not start');
  await expect(page.getByRole('navigation').getByRole('link', { name: /Servers/ })).toContainText('1');
  await message.getByRole('button', { name: 'Open log' }).click();
  await expect(page.getByRole('combobox', { name: 'Server' })).toHaveValue('broken');
  await berth.go('#/servers');
  await page.getByRole('button', { name: 'Show how to fix' }).click();
  await expect(page.getByRole('complementary').getByText('Program', { exact: true })).toBeVisible({ timeout: 20_000 });
});

test('everything goes with the keyboard', async ({ berth }) => {
  await berth.dock('alpha', 'kubernetes-mcp-server');
  await berth.sandbox.json('add', 'kubernetes-mcp-server', '--name', 'beta', '--context', 'demo-production');
  const { page } = berth;
  await berth.go('#/servers');
  await page.getByRole('link', { name: 'alpha', exact: true }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'beta', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Server beta' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary')).toHaveCount(0);

  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to a page').fill('start beta');
  await page.keyboard.press('Enter');
  await expect(berth.row('beta')).toContainText('Ready', { timeout: 30_000 });

  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to a page').fill('go doctor');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Doctor' })).toBeVisible();
});

test('a narrow window folds columns away and shows a server as a page of its own', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/servers');
  await expect(page.getByRole('columnheader', { name: 'Calls/min' })).toBeVisible();
  await page.setViewportSize({ width: 1100, height: 760 });
  await expect(page.getByRole('columnheader', { name: 'Calls/min' })).toBeHidden();
  await page.setViewportSize({ width: 900, height: 700 });
  await berth.row('cluster').getByRole('link', { name: 'cluster', exact: true }).click();
  await expect(page.getByRole('table')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await expect(berth.row('cluster')).toBeVisible();
});
