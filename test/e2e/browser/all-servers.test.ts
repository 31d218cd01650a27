import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectHttp } from '../support/mcp-client.ts';
import { expect, fixtureServer, test } from './berth-window.ts';

const fixture = (name: string) => [
  'command',
  '--context',
  'none',
  '--set',
  `command=${process.execPath}`,
  '--set',
  `args=${JSON.stringify([fixtureServer(name)])}`,
];

test('all servers as one: installed, proven, searched, and switched in the window and on the command line', async ({
  berth,
}) => {
  const { page, sandbox } = berth;
  await berth.dock('dev', ...fixture('good-stdio.mjs'));
  await expect(page.getByRole('region', { name: 'All servers as one' })).toHaveCount(0);
  await berth.dock('prod', ...fixture('good-stdio.mjs'));
  await berth.go('#/servers');
  const line = page.getByRole('region', { name: 'All servers as one' });
  await expect(line).toContainText('of 2 running servers · clients see every tool');

  await line.getByRole('link', { name: 'All servers as one' }).click();
  await page.getByRole('listitem', { name: 'Cursor' }).getByRole('button', { name: 'Install…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Install into Cursor' });
  for (const slug of ['dev', 'prod']) await dialog.getByRole('checkbox', { name: slug }).uncheck();
  await dialog.getByRole('checkbox', { name: /^all/ }).check();
  await expect(dialog.getByRole('region', { name: 'Difference' })).toContainText('berth-all');
  await dialog.getByRole('button', { name: 'Write' }).click();
  const done = page.getByRole('dialog', { name: 'Installed into Cursor' });
  await expect(done).toBeVisible();
  const entry = JSON.parse(readFileSync(join(sandbox.home, '.cursor', 'mcp.json'), 'utf8')).mcpServers['berth-all'];
  const client = await connectHttp(entry.url, entry.headers);
  try {
    expect(await client.tools()).toEqual(expect.arrayContaining(['dev__echo', 'prod__echo']));
    await expect(done.getByText('Connected')).toBeVisible();
    await done.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByText('Last used by cursor')).toBeVisible();

    await page.getByText('Search', { exact: true }).click();
    await expect(page.getByText('Clients see two tools')).toBeVisible();
    await expect.poll(() => client.tools()).toEqual(['find_tool', 'call_tool']);
    expect(await sandbox.json('config', 'set', 'all.mode', 'tools')).toMatchObject({ all: { mode: 'tools' } });
    await expect(page.getByText('Clients see all tools')).toBeVisible();
    expect(await client.tools()).toContain('dev__echo');
  } finally {
    await client.close();
  }
});

test('a token for all servers says what it opens', async ({ berth }) => {
  const { page } = berth;
  await berth.dock('dev', ...fixture('good-stdio.mjs'));
  await berth.go('#/clients');
  await page.getByLabel('Server', { exact: true }).selectOption('all servers as one');
  await expect(page.getByText('This token opens every server that is docked')).toBeVisible();
  await page.getByLabel('Name of the client').fill('my-agent');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByRole('dialog', { name: 'Paste this into the client' })).toContainText('/all/mcp');
});
