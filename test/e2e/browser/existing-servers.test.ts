import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectHttp } from '../support/mcp-client.ts';
import { expect, fixtureServer, test } from './berth-window.ts';

const secret = 'ghp_NotARealToken0123456789';
const tickets = { command: process.execPath, args: [fixtureServer('good-stdio.mjs')], env: { TICKETS_TOKEN: secret } };
const mtv = { command: 'kubectl', args: ['mtv', 'mcp-server', '--max-response-chars', '4000', '--wonder'] };

test('what stands in a client already is told with its remedy, and nothing of it is done without a keychain', async ({
  berth,
}) => {
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  const before = `${JSON.stringify({ mcpServers: { tickets } }, null, 2)}\n`;
  writeFileSync(file, before, { mode: 0o644 });
  await berth.go('#/clients');
  const entry = page.getByRole('listitem', { name: 'Entry tickets' });
  await expect(entry).toContainText('It keeps what looks like a secret in plain text: variable TICKETS_TOKEN');
  await expect(entry).toContainText('keeps the secret in the keychain');
  await entry.getByRole('button', { name: 'Import tickets of Cursor' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import tickets from Cursor' });
  await expect(dialog).toContainText('There is no keychain that would keep its secrets');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
  await dialog.getByRole('checkbox').uncheck();
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeEnabled();
  expect(await page.content()).not.toContain(secret);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a foreign server is docked and Berth takes its place, with the context that the user chose', async ({
  berth,
}) => {
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  const k8s = {
    command: 'npx',
    args: ['-y', 'kubernetes-mcp-server@latest', '--list-output', 'yaml', '--port', '8080'],
  };
  writeFileSync(
    file,
    `${JSON.stringify({ mcpServers: { k8s, keep: { url: 'https://example.com/mcp' } } }, null, 2)}\n`,
  );
  chmodSync(file, 0o600);
  await berth.go('#/clients');
  const entry = page.getByRole('listitem', { name: 'Entry k8s' });
  await expect(entry).toContainText('listens on all network interfaces');
  await entry.getByRole('button', { name: 'Import k8s of Cursor' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import k8s from Cursor' });
  await dialog.getByLabel('Name in Berth').fill('cluster');
  await dialog.getByLabel('Context').selectOption('demo-production');
  await expect(dialog.getByRole('region', { name: 'What is docked' })).toContainText('list-output');
  await expect(dialog.getByRole('region', { name: 'What is not carried over' })).toContainText('--port 8080');
  await expect(dialog.getByRole('region', { name: 'Difference' })).toContainText('berth-cluster');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('listitem', { name: 'Entry k8s' })).toHaveCount(0);
  await expect(page.getByRole('listitem', { name: 'Entry keep' })).toBeVisible();

  const { mcpServers } = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(mcpServers)).toEqual(['keep', 'berth-cluster']);
  expect(await sandbox.json('start', 'cluster')).toMatchObject([{ state: 'ready', boundTo: 'demo-production' }]);
  const client = await connectHttp(mcpServers['berth-cluster'].url, mcpServers['berth-cluster'].headers);
  expect(await client.tools()).toContain('pods_list');
  await client.close();
});

test('a name that is taken is refused before anything is asked', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  writeFileSync(join(sandbox.home, '.cursor', 'mcp.json'), JSON.stringify({ mcpServers: { cluster: mtv } }));
  await berth.go('#/clients');
  await page.getByRole('button', { name: 'Import cluster of Cursor' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import cluster from Cursor' });
  await expect(dialog.getByLabel('Name in Berth')).toHaveValue('cluster-2');
  await dialog.getByLabel('Name in Berth').fill('cluster');
  await expect(dialog).toContainText('this name is taken');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
});
