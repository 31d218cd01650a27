import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { connectHttp } from '../support/mcp-client.ts';
import { expect, test } from './berth-window.ts';

const before = '{\n\t"mine": true,\n  "mcpServers": {\n    "other": { "command": "x" }\n  }\n}\n';

test('Cursor: the difference is shown, written, proven by a connection, and taken back byte for byte', async ({
  berth,
}) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  writeFileSync(file, before);
  await berth.go('#/clients');
  const cursor = page.getByRole('listitem', { name: 'Cursor' });
  await cursor.getByRole('button', { name: 'Install…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Install into Cursor' });
  await expect(dialog.getByRole('region', { name: 'Difference' })).toContainText('berth-cluster');
  await expect(dialog.getByRole('region', { name: 'Difference' })).toContainText('Bearer …');
  expect(readFileSync(file, 'utf8')).toBe(before);
  await dialog.getByRole('button', { name: 'Write' }).click();

  const done = page.getByRole('dialog', { name: 'Installed into Cursor' });
  await expect(done).toContainText('Waiting for Cursor to connect');
  const written = readFileSync(file, 'utf8');
  expect(written).toContain('\t"mine": true,\n');
  const entry = JSON.parse(written).mcpServers['berth-cluster'];
  const client = await connectHttp(entry.url, entry.headers);
  try {
    expect(await client.tools()).toContain('pods_list');
    await expect(done.getByText('Connected')).toBeVisible();
  } finally {
    await client.close();
  }
  await done.getByRole('button', { name: 'Done' }).click();
  await expect(cursor).toContainText('Installed');
  await expect(cursor).toContainText('Connected');

  await cursor.getByRole('button', { name: 'Uninstall…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Write' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a file that changes after the difference was shown is not overwritten', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  await berth.go('#/clients');
  await page.getByRole('listitem', { name: 'Cursor' }).getByRole('button', { name: 'Install…' }).click();
  await expect(page.getByRole('region', { name: 'Difference' })).toBeVisible();
  writeFileSync(file, before);
  await page.getByRole('button', { name: 'Write' }).click();
  await expect(page.getByRole('region', { name: 'Messages' }).getByRole('alert')).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a malformed file is shown as such and left alone', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  writeFileSync(file, '{ "mcpServers": ');
  await berth.go('#/clients');
  const cursor = page.getByRole('listitem', { name: 'Cursor' });
  await expect(cursor).toContainText('File cannot be read');
  await expect(cursor.getByRole('button', { name: 'Install…' })).toHaveCount(0);
  expect(readFileSync(file, 'utf8')).toBe('{ "mcpServers": ');
});

test('Claude Desktop gets the bridge, and an uninstalled file that Berth made is gone', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.config', 'Claude', 'claude_desktop_config.json');
  await berth.go('#/clients');
  const claude = page.getByRole('listitem', { name: 'Claude Desktop' });
  await claude.getByRole('button', { name: 'Install…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Write' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await expect(claude).toContainText('over the bridge');
  expect(existsSync(file)).toBe(true);
  await claude.getByRole('button', { name: 'Uninstall…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Write' }).click();
  await expect(page.getByRole('dialog', { name: 'Uninstalled from Claude Desktop' })).toBeVisible();
  expect(existsSync(file)).toBe(false);
});

test('any other client gets a token that is shown once, works, and can be revoked', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/clients');
  await page.getByLabel('Name of the client').fill('my-agent');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Paste this into the client' });
  await expect(dialog).toBeVisible();
  const [url, header] = await dialog.locator('code').allTextContents();
  const client = await connectHttp(url ?? '', { Authorization: header ?? '' });
  expect(await client.tools()).toContain('pods_list');
  await client.close();
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Revoke the tokens of my-agent' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Revoke the tokens of my-agent' })).toHaveCount(0);
  await expect(connectHttp(url ?? '', { Authorization: header ?? '' })).rejects.toThrow();
});

test('Cursor by a link: nothing is written, the link is there to open, and the entry counts when Cursor has it', async ({
  berth,
}) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  await berth.go('#/clients');
  const cursor = page.getByRole('listitem', { name: 'Cursor' });
  await cursor.getByRole('button', { name: 'Install…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Install into Cursor' });
  await expect(dialog.getByRole('radio').first()).toBeChecked();
  await dialog.getByRole('radio', { name: 'A link' }).check();
  await expect(dialog.getByRole('region', { name: 'Steps' })).toContainText('cursor://anysphere.cursor-deeplink');
  await dialog.getByRole('button', { name: 'Make the link' }).click();

  const done = page.getByRole('dialog', { name: 'Confirm it in Cursor' });
  const link = await done.getByRole('link', { name: 'Add berth-cluster to Cursor' }).getAttribute('href');
  await expect(done).toContainText('Waiting for you to confirm it in Cursor');
  expect(existsSync(file)).toBe(false);
  await expect(cursor).toContainText('waits for you to confirm it');

  // What Cursor does when its user says yes.
  const entry = JSON.parse(Buffer.from(new URL(link ?? '').searchParams.get('config') ?? '', 'base64').toString());
  writeFileSync(file, JSON.stringify({ mcpServers: { 'berth-cluster': { type: 'stdio', ...entry } } }));
  await expect(done).toContainText('Waiting for Cursor to connect');
  await done.getByRole('button', { name: 'Done' }).click();
  await expect(cursor).toContainText('Installed');
});

test('Claude Desktop by a bundle: the file is named, and what the application has unpacked is seen', async ({
  berth,
}) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  await berth.go('#/clients');
  const claude = page.getByRole('listitem', { name: 'Claude Desktop' });
  await claude.getByRole('button', { name: 'Install…' }).click();
  await page.getByRole('radio', { name: 'A bundle' }).check();
  await page.getByRole('button', { name: 'Make the bundle' }).click();
  const done = page.getByRole('dialog', { name: 'Confirm it in Claude Desktop' });
  const bundle = (await done.locator('code').textContent()) ?? '';
  const manifest = Buffer.from(unzipSync(readFileSync(bundle))['manifest.json'] ?? []).toString();
  await expect(done).toContainText('Waiting for you to confirm it in Claude Desktop');
  const folder = join(sandbox.home, '.config', 'Claude', 'Claude Extensions', 'local.berth-cluster');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), manifest);
  await expect(done).toContainText('Waiting for Claude Desktop to connect');
  await done.getByRole('button', { name: 'Done' }).click();
  await expect(claude).toContainText('From a bundle: cluster.');
});

test('any other client gets text to paste, over the bridge without a token', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/clients');
  await page.getByLabel('Name of the client').fill('my-agent');
  await page.getByRole('button', { name: 'Copy as…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Copy cluster as…' });
  await dialog.getByRole('button', { name: 'Show' }).click();
  const text = (await dialog.getByRole('region', { name: 'Text to paste' }).locator('pre').textContent()) ?? '';
  expect(JSON.parse(text).mcpServers['berth-cluster'].args).toEqual(['connect', 'cluster', '--client', 'my-agent']);
  await dialog.getByLabel('Format').selectOption('curl');
  await dialog.getByRole('button', { name: 'Make a token and show' }).click();
  await expect(dialog.getByRole('region', { name: 'Text to paste' })).toContainText('Authorization: Bearer berth_');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Revoke the tokens of my-agent' })).toBeVisible();
});

test('entries that somebody took out are named, put back with one click, and the write can be undone', async ({
  berth,
}) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  writeFileSync(file, before);
  await sandbox.json('install', 'cursor', 'cluster');
  await berth.go('#/clients');
  const cursor = page.getByRole('listitem', { name: 'Cursor' });
  await expect(cursor).toContainText('Installed');
  writeFileSync(file, before);
  await expect(cursor).toContainText('Entries are gone from its file');
  await expect(page.getByRole('link', { name: 'Clients' })).toContainText('1');
  await cursor.getByRole('button', { name: 'Repair' }).click();
  await expect(cursor).toContainText('Installed');
  expect(readFileSync(file, 'utf8')).toContain('berth-cluster');

  await page
    .getByRole('button', { name: /^Undo the write of berth-cluster/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Undo in Cursor' });
  await expect(dialog.getByRole('region', { name: 'Difference' })).toContainText('berth-cluster');
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(dialog).toBeHidden();
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('everything is uninstalled at once, and only what is Berth’s goes', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page, sandbox } = berth;
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  writeFileSync(file, before);
  await sandbox.json('install', 'cursor', 'cluster');
  await sandbox.json('install', 'claude-desktop', 'cluster');
  await berth.go('#/clients');
  await page.getByRole('button', { name: 'Uninstall everything…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Uninstall everything' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Uninstall everything…' })).toHaveCount(0);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(existsSync(join(sandbox.home, '.config', 'Claude', 'claude_desktop_config.json'))).toBe(false);
});
