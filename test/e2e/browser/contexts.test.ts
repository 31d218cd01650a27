import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './berth-window.ts';

test('switching the context makes the same endpoint answer from the other cluster', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  const namespaces = async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await expect(result).toContainText('Answered');
    return result.getByRole('tabpanel').textContent();
  };
  await berth.go('#/inspector/cluster/namespaces_list');
  expect(await namespaces()).toContain('shop-pr-1482');

  await page.getByRole('button', { name: 'Active context: demo-staging' }).click();
  await page.getByRole('menuitem', { name: /demo-production/ }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Endpoints now answer from demo-production.' })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByRole('button', { name: 'Active context: demo-production' })).toContainText('production');
  await berth.go('#/inspector/cluster/nodes_top');
  await berth.go('#/inspector/cluster/namespaces_list');
  const after = await namespaces();
  expect(after).toContain('payments');
  expect(after).not.toContain('shop-pr-1482');
});

test('a context is marked production by hand, and its cap holds for servers', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server', '--guard', 'full');
  const { page } = berth;
  await berth.go('#/contexts');
  await page.getByRole('switch', { name: 'demo-staging is production' }).click();
  await expect(page.getByRole('combobox', { name: 'Most that servers may do in demo-staging' })).toHaveValue(
    'read-only',
  );
  await berth.go('#/servers');
  await expect(berth.row('cluster')).toContainText('full, capped');
  await berth.go('#/contexts');
  await page.getByRole('switch', { name: 'demo-staging is production' }).click();
  await expect(page.getByRole('combobox', { name: 'Most that servers may do in demo-staging' })).toHaveValue('full');
});

test('kubeconfig files are added and removed, and a faulty one says what is wrong', async ({ berth }) => {
  const { page, sandbox } = berth;
  const good = join(sandbox.home, 'lab.yaml');
  writeFileSync(
    good,
    `apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]\nusers: [{name: u, user: {token: t}}]\ncontexts: [{name: mtv-lab, context: {cluster: c, user: u}}]\n`,
  );
  const bad = join(sandbox.home, 'bad.yaml');
  writeFileSync(bad, 'clusters: [\n');
  await berth.go('#/contexts');
  const path = page.getByRole('textbox', { name: 'Path of a kubeconfig file or folder' });
  await path.fill(good);
  await path.press('Enter');
  await expect(page.getByRole('row').filter({ hasText: 'mtv-lab' })).toContainText('not asked yet');
  await page.getByRole('button', { name: 'Check mtv-lab' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'mtv-lab' })).toContainText('No answer');

  await path.fill(bad);
  await path.press('Enter');
  await expect(page.getByText(/bad\.yaml.*(YAML|parse|valid)/i).first()).toBeVisible();
  await page.getByRole('button', { name: `Remove ${good}` }).click();
  await expect(page.getByRole('row').filter({ hasText: 'mtv-lab' })).toHaveCount(0);

  await path.fill('/not/there');
  await path.press('Enter');
  await expect(page.getByRole('region', { name: 'Messages' }).getByRole('alert')).toContainText('/not/there');
});

test('a context gets a label and a colour, which the command line sees', async ({ berth }) => {
  const { page } = berth;
  await berth.go('#/contexts');
  await page.getByRole('button', { name: 'Label and colour of demo-staging' }).click();
  const dialog = page.getByRole('dialog', { name: 'Label and colour' });
  await dialog.getByRole('textbox', { name: 'Label' }).fill('Playground');
  await dialog.getByText('violet', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Active context: demo-staging' })).toContainText('Playground');
  const contexts = await berth.sandbox.json('contexts');
  expect(contexts).toContainEqual(
    expect.objectContaining({ ref: 'demo-staging', label: 'Playground', colour: 'violet' }),
  );
});
