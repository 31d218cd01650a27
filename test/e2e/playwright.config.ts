import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

/** A browser of the system; without one Playwright looks for its own. */
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/**
 * `browser`: the window of `berth serve` in a real Chromium. `electron`: the desktop app in a real Electron (needs a display).
 * Both are run by scripts/test.mjs, which provides what they need and counts.
 */
export default defineConfig({
  outputDir: fileURLToPath(new URL('../../test-results', import.meta.url)),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // Each test has a core, servers and a browser of its own: more than one at a time is slower on two cores.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'browser',
      testDir: './browser',
      use: {
        browserName: 'chromium',
        viewport: { width: 1440, height: 900 },
        launchOptions: {
          ...(chromium ? { executablePath: chromium } : {}),
          args: [
            ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
    { name: 'electron', testDir: './electron' },
  ],
});
