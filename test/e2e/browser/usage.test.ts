import { fileURLToPath } from 'node:url';
import { type BerthWindow, expect, test } from './berth-window.ts';

const greedy = fileURLToPath(new URL('../../fixtures/measure/greedy.mjs', import.meta.url));

function dock(berth: BerthWindow, ...args: string[]): Promise<void> {
  const command = ['--set', `command=${process.execPath}`, '--set', `args=${JSON.stringify([greedy, ...args])}`];
  return berth.dock('greedy', 'command', '--context', 'none', ...command);
}

test('a server that is open to the network is told on every page until it is stopped', async ({ berth }) => {
  const { page } = berth;
  await dock(berth, '--listen', '0.0.0.0');
  await expect(berth.row('greedy')).toContainText(/open to the network: 0\.0\.0\.0:\d+/);
  const banner = page.getByRole('region', { name: 'Servers open to the network' });
  for (const place of ['#/contexts', '#/logs']) {
    await berth.go(place);
    await expect(banner).toContainText(/greedy is open to the network on 0\.0\.0\.0:\d+/);
  }
  await banner.getByRole('button', { name: 'Show server' }).click();
  const panel = page.getByRole('complementary', { name: 'Server greedy' });
  await expect(panel.getByRole('alert')).toContainText('give the option for its host or bind address 127.0.0.1');
  await panel.getByRole('button', { name: 'Stop it' }).click();
  await expect(berth.row('greedy')).toContainText('Stopped');
  await expect(berth.row('greedy')).not.toContainText('open to the network');
  await berth.go('#/contexts');
  await expect(page.getByRole('heading', { level: 1, name: 'Contexts' })).toBeVisible();
  await expect(banner).toHaveCount(0);
});

test('what a server uses is shown, and limits are set without a restart', async ({ berth }) => {
  const { page } = berth;
  await dock(berth);
  await berth.go('#/servers/greedy');
  const panel = page.getByRole('complementary', { name: 'Server greedy' });
  await expect(panel.getByText(/^\d+ MiB$/)).toBeVisible();
  const process = panel.getByText(/^pid \d+/);
  const pid = /pid (\d+)/.exec((await process.textContent()) ?? '')?.[1];

  await panel.getByRole('tab', { name: 'Settings' }).click();
  const save = panel.getByRole('button', { name: 'Save limits' });
  await expect(save).toBeDisabled();
  await panel.getByLabel('Memory, MiB').fill('1');
  await expect(panel.getByText('A memory limit is at least 16 MiB.')).toBeVisible();
  await expect(save).toBeDisabled();
  await panel.getByLabel('Memory, MiB').fill('2048');
  await panel.getByLabel('CPU, % of a core').fill('400');
  await save.click();
  await expect(page.getByText('Saved the limits of greedy.')).toBeVisible();

  await panel.getByRole('tab', { name: 'Overview' }).click();
  await expect(panel.getByText('at most 2 GiB')).toBeVisible();
  await expect(panel.getByText('at most 400 %')).toBeVisible();
  await expect(process).toContainText(`pid ${pid} `);
});
