import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Sandbox, type SandboxOptions, type Serving } from '../support/sandbox.ts';

export { expect };

/** Path of one of the servers that tests run. */
export function fixtureServer(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/servers/${name}`, import.meta.url));
}

/** A real core in a sandbox and its window in a real browser. */
export class BerthWindow {
  readonly page: Page;
  readonly sandbox: Sandbox;
  readonly serving: Serving;

  constructor(page: Page, sandbox: Sandbox, serving: Serving) {
    this.page = page;
    this.sandbox = sandbox;
    this.serving = serving;
  }

  /** Goes to a page of the window by its address. */
  async go(hash: string): Promise<void> {
    await this.page.evaluate((next) => {
      location.hash = next;
    }, hash);
  }

  /** The row of a server in the list. */
  row(slug: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('link', { name: slug, exact: true }) });
  }

  /** Docks a server by the command line, which waits until it is ready, and waits until the window shows it. */
  async dock(slug: string, ...args: string[]): Promise<void> {
    await this.sandbox.json('add', ...args, '--name', slug, '--start');
    await this.sandbox.json('start', slug);
  }
}

export interface WindowOptions {
  /** Arguments of `berth serve`. */
  serveArgs: readonly string[];
  sandboxOptions: SandboxOptions;
  /** Messages of the browser's console that the test expects. */
  expectedErrors: RegExp | null;
}

/**
 * `berth`: a fresh machine with Cursor and Claude Desktop on it, a running core, and the window logged in. A test fails on any
 * error in the page: uncaught ones, and what the policy of the window has blocked.
 */
export const test = base.extend<{ berth: BerthWindow } & WindowOptions>({
  serveArgs: [['--demo'], { option: true }],
  sandboxOptions: [{}, { option: true }],
  expectedErrors: [null, { option: true }],
  berth: async ({ page, serveArgs, sandboxOptions, expectedErrors }, use) => {
    const sandbox = new Sandbox(sandboxOptions);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) errors.push(message.text());
    });
    try {
      mkdirSync(join(sandbox.home, '.cursor'), { recursive: true });
      mkdirSync(join(sandbox.home, '.config', 'Claude'), { recursive: true });
      const serving = await sandbox.serve({ args: serveArgs });
      await page.goto(serving.ready.ui);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await use(new BerthWindow(page, sandbox, serving));
      expect(errors.filter((error) => !expectedErrors?.test(error))).toEqual([]);
    } finally {
      await page.close();
      await sandbox.dispose();
    }
  },
});
