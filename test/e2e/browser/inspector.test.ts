import { expect, fixtureServer, test } from './berth-window.ts';

test('pods_list is called with a filled form; its result, messages and history are there', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/inspector/cluster');
  await page.getByRole('textbox', { name: 'Search tools' }).fill('pods list');
  await page.getByRole('link', { name: /^pods_list_in_namespace/ }).click();

  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText('1 problem above')).toBeVisible();
  await page.getByRole('textbox', { name: 'namespace' }).fill('shop');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('Answered');
  await expect(result.getByRole('tabpanel')).toContainText('storefront-');
  await expect(result.getByRole('tabpanel')).not.toContainText('kube-system');

  await result.getByRole('tab', { name: /Messages/ }).click();
  await expect(result.getByText(/"method": "tools\/call"/)).toBeVisible();
  await expect(result.getByText(/"namespace": "shop"/)).toBeVisible();

  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  const json = page.getByRole('textbox', { name: 'Arguments as JSON' });
  await expect(json).toHaveValue('{\n  "namespace": "shop"\n}');
  await json.fill('{"namespace": "data", "unknown": 1}');
  await page.getByRole('button', { name: 'Form', exact: true }).click();
  await expect(page.getByText('nothing is sent that is not shown')).toBeVisible();
  await json.fill('{"namespace": "data"}');
  await page.getByRole('button', { name: 'Form', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'namespace' })).toHaveValue('data');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(result.getByRole('tabpanel')).toContainText('warehouse-0');

  await page.getByRole('button', { name: 'History' }).click();
  const history = page
    .getByRole('listitem')
    .filter({ hasText: 'pods_list_in_namespace' })
    .filter({ hasText: '"shop"' });
  await history.getByRole('button', { name: 'Repeat pods_list_in_namespace' }).click();
  await expect(page.getByRole('textbox', { name: 'namespace' })).toHaveValue('shop');
  await expect(result.getByRole('tabpanel')).toContainText('storefront-');
});

test('an error of the tool is shown as such, with what the tool said', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  await berth.go('#/inspector/cluster/pods_get');
  await page.getByRole('textbox', { name: 'name', exact: true }).fill('no-such-pod');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('The tool reported an error');
  await expect(result.getByRole('tabpanel')).toContainText('no-such-pod');
});

test('a slow call shows progress and can be cancelled', async ({ berth }) => {
  await berth.dock(
    'fixture',
    'command',
    '--context',
    'none',
    '--guard',
    'full',
    '--set',
    `command=${process.execPath}`,
    '--set',
    `args=${JSON.stringify([fixtureServer('good-stdio.mjs')])}`,
  );
  const { page } = berth;
  await berth.go('#/inspector/fixture/slow');
  await page.getByRole('textbox', { name: 'steps' }).fill('60');
  await page.getByRole('textbox', { name: 'stepMs' }).fill('500');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByText(/\(\d+ of 60\)/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(result).toContainText('Cancelled');
});

test('a server that is down offers to start it', async ({ berth }) => {
  await berth.sandbox.json('add', 'kubernetes-mcp-server', '--name', 'cluster');
  await berth.go('#/inspector/cluster');
  await berth.page.getByRole('button', { name: 'Start cluster' }).click();
  await expect(berth.page.getByRole('link', { name: /^pods_list / })).toBeVisible({ timeout: 30_000 });
});
