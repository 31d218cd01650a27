import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './berth-window.ts';

test.describe('a machine without a kubeconfig', () => {
  test.use({ serveArgs: [] });

  test('is offered the demo cluster, and one button docks a server into both clients', async ({ berth }) => {
    const { page, sandbox } = berth;
    const dock = page.getByRole('button', { name: 'Dock', exact: true });
    await expect(dock).toBeDisabled();
    await page.getByRole('button', { name: 'Use the demo cluster' }).click();
    await expect(page.getByRole('radio', { name: /demo-staging/ })).toBeChecked();
    await expect(page.getByRole('radio', { name: /Kubernetes MCP server/ })).toBeChecked();
    await expect(page.getByRole('checkbox', { name: /Cursor/ })).toBeChecked();
    await expect(page.getByRole('checkbox', { name: /Claude Desktop/ })).toBeChecked();

    await dock.click();
    await expect(page.getByRole('heading', { name: 'Docked' })).toBeVisible({ timeout: 45_000 });
    await expect(page.getByText('Waiting for it to connect')).toHaveCount(2);

    const cursor = JSON.parse(readFileSync(join(sandbox.home, '.cursor', 'mcp.json'), 'utf8'));
    expect(cursor.mcpServers['berth-cluster']).toEqual({
      url: `http://127.0.0.1:${berth.serving.port}/cluster/mcp`,
      headers: { Authorization: expect.stringMatching(/^Bearer [\w-]{40,}$/) },
    });
    const claude = readFileSync(join(sandbox.home, '.config', 'Claude', 'claude_desktop_config.json'), 'utf8');
    expect(JSON.parse(claude).mcpServers['berth-cluster'].args.join(' ')).toContain('cluster');
    expect(claude).not.toMatch(/Bearer|token:/);

    await page.getByRole('button', { name: 'Show the server' }).click();
    await expect(berth.row('cluster')).toContainText('Ready');
    await expect(berth.row('cluster')).toContainText('demo-staging');
  });

  test('can be left for choosing everything alone', async ({ berth }) => {
    await berth.page.getByRole('button', { name: 'Choose everything myself' }).click();
    await expect(berth.page.getByRole('dialog', { name: 'Add server' })).toBeVisible();
  });
});

test.describe('a cluster that does not answer', () => {
  test.use({
    serveArgs: [],
    sandboxOptions: {
      kubeconfig: `apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: me, user: {token: not-a-real-token}}]
contexts: [{name: lab, context: {cluster: lab, user: me}}]
`,
    },
  });

  test('stops the docking at the step that fails, with the reason and a way on', async ({ berth }) => {
    const { page } = berth;
    await page.getByRole('button', { name: 'Dock', exact: true }).click();
    const failed = page.getByRole('listitem').filter({ hasText: 'failed' });
    await expect(failed.getByRole('alert')).toBeVisible({ timeout: 45_000 });
    await failed.getByRole('button', { name: 'Try again' }).click();
    await expect(failed.getByRole('alert')).toBeVisible({ timeout: 45_000 });
    await page.getByRole('button', { name: 'Choose again' }).click();
    await expect(page.getByRole('radio', { name: /lab/ })).toBeChecked();
  });
});
