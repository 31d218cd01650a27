import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { BerthPaths } from '../core/paths.ts';

/**
 * One desktop per user and BERTH_HOME (D5): Chromium's data, and with it the lock, lies in Berth's state folder. A second
 * desktop hands its arguments to the first and ends here; `app.quit` would be too late, as it lets `ready` happen.
 */
export function claimSingleInstance(paths: BerthPaths): void {
  const data = join(paths.state, 'desktop');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  app.setPath('userData', data);
  app.setPath('sessionData', data);
  if (!app.requestSingleInstanceLock()) process.exit(0);
}

/** What the command line of a desktop asks for: `--hidden` starts without the window (login, bridge), `--demo` with the demo clusters. */
export function startOptions(argv: readonly string[]): { hidden: boolean; demo: boolean } {
  return { hidden: argv.includes('--hidden'), demo: argv.includes('--demo') };
}
