import { existsSync, readFileSync } from 'node:fs';
import { freePort } from '../support/free-port.ts';
import { type BerthWindow, expect, test } from './berth-window.ts';

/** The settings file; empty as long as nothing was set. */
function settingsText({ sandbox }: BerthWindow): string {
  const file = `${sandbox.berthHome}/config.yaml`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

test('the doctor climbs the whole ladder of a server and hands out a report', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/doctor');
  await page.getByRole('combobox', { name: 'What to test' }).selectOption('server:cluster');
  await expect(page.getByRole('button', { name: 'Export report' })).toBeVisible({ timeout: 30_000 });
  for (const rung of ['Kubeconfig', 'TLS', 'API server answers', 'MCP initialize', 'A safe read from the cluster']) {
    await expect(page.getByRole('listitem').filter({ hasText: `passed: ${rung}` })).toBeVisible();
  }
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export report' }).click();
  const report = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(report.checks.length).toBeGreaterThan(10);
  expect(JSON.stringify(report)).not.toMatch(/Bearer|eyJ/);
});

test('the theme is chosen and stays', async ({ berth }) => {
  const { page } = berth;
  await berth.go('#/settings');
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveClass('dark');
  await expect.poll(() => settingsText(berth)).toContain('theme: dark');
  await page.reload();
  await expect(page.locator('html')).toHaveClass('dark');
});

test('another port is saved, and what stands against it now is said', async ({ berth }) => {
  const { page } = berth;
  const port = await freePort();
  await berth.go('#/settings');
  const field = page.getByLabel('Port of the endpoints');
  await field.fill('70000');
  await expect(page.getByText('a number from 1 to 65535')).toBeVisible();
  await field.fill(String(port));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => settingsText(berth)).toContain(`port: ${port}`);
  await expect(page.getByText(`Endpoints answer on port ${berth.serving.port} now`)).toBeVisible();
});

test('secrets are kept by name and never shown', async ({ berth }) => {
  const { page } = berth;
  await berth.go('#/settings');
  await page.getByLabel('Name', { exact: true }).fill('api-token');
  await page.getByLabel('Value', { exact: true }).fill('s3cret-value');
  await page.getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByText('not used')).toBeVisible();
  await expect(page.locator('body')).not.toContainText('s3cret-value');
  await page.getByRole('button', { name: 'Remove the secret api-token' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('button', { name: 'Remove the secret api-token' })).toHaveCount(0);
});
