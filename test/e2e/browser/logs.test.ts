import { readFileSync } from 'node:fs';
import { expect, fixtureServer, test } from './berth-window.ts';

const node = (file: string, ...args: string[]) => [
  'command',
  '--context',
  'none',
  '--set',
  `command=${process.execPath}`,
  '--set',
  `args=${JSON.stringify([fixtureServer(file), ...args])}`,
];

test('a flood of lines stays smooth, follows, lets go, and is searched', async ({ berth }) => {
  await berth.dock('flood', ...node('floods-stderr.mjs', '4000'));
  const { page } = berth;
  await berth.go('#/logs?server=flood');
  const log = page.getByRole('log');
  await expect(log).toContainText('flood over');
  expect(await log.locator('time').count()).toBeLessThan(150);

  await log.hover();
  await page.mouse.wheel(0, -2000);
  const jump = page.getByRole('button', { name: /Jump to newest/ });
  await expect(jump).toBeVisible();
  const top = await log.evaluate((element) => element.scrollTop);
  await berth.sandbox.json('restart', 'flood');
  await expect(jump).toContainText('new');
  expect(await log.evaluate((element) => element.scrollTop)).toBe(top);
  await jump.click();
  await expect(log).toContainText('flood over');
  await expect(jump).toHaveCount(0);

  await page.getByRole('textbox', { name: 'Search the log' }).fill('LINE 3999');
  await expect(page.getByRole('status').filter({ hasText: 'match' })).toContainText(/^2 of /);
  await expect(
    log
      .locator('span')
      .filter({ hasText: /^line 3999$/ })
      .first(),
  ).toBeVisible();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the log as a file' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => /line 3999/.test(line)),
  ).toEqual([true, true]);
});

test('the newest lines stay in sight through a flood, and nothing moves once it is over', async ({ berth }) => {
  await berth.dock('flood', ...node('floods-stderr.mjs', '60000'));
  const { page } = berth;
  await berth.go('#/logs?server=flood');
  const log = page.getByRole('log');
  const jump = page.getByRole('button', { name: /Jump to newest/ });
  await expect(log).toContainText('flood over');
  // All kept lines at once, as whoever opens the page after a flood gets them.
  await page.reload();
  await expect(log).toContainText('flood over');
  await expect(jump).toHaveCount(0);
  for (let round = 1; round <= 3; round += 1) {
    await berth.sandbox.json('restart', 'flood');
    const { startedAt } = await berth.sandbox.json<{ startedAt: string }>('servers', 'flood');
    // The last line of this start, not of the one before.
    const ready = log.locator('div', { has: page.getByText(/^Ready: /) }).last();
    await expect(ready).toBeInViewport();
    await expect
      .poll(async () => Date.parse((await ready.locator('time').getAttribute('datetime')) ?? ''))
      .toBeGreaterThan(Date.parse(startedAt));
    await expect(jump).toHaveCount(0);
  }
  const scrolls = await log.evaluate(async (element) => {
    let count = 0;
    element.addEventListener('scroll', () => {
      count += 1;
    });
    for (let frame = 0; frame < 20; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    return count;
  });
  expect(scrolls).toBe(0);
});

test('levels and servers are filtered, colours are drawn', async ({ berth }) => {
  await berth.sandbox.json(
    'add',
    ...node('fails-with.mjs', '3', '\u001b[31mred words\u001b[0m', 'ERROR plain trouble'),
    '--name',
    'colours',
  );
  await berth.sandbox.cli('start', 'colours');
  const { page } = berth;
  await berth.go('#/logs');
  const log = page.getByRole('log');
  await expect(log).toContainText('red words');
  await expect(log).not.toContainText('[31m');
  const red = log.locator('span[style*="--ansi-red"]').first();
  await expect(red).toHaveText('red words');
  await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
  await expect(log).toContainText('plain trouble');
  await expect(log).not.toContainText('red words');
  await page.getByRole('combobox', { name: 'Server' }).selectOption('berth');
  await expect(log).not.toContainText('plain trouble');
});
