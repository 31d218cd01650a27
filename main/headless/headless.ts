import { BerthError, exitCodeOf, toErrorInfo } from '../../contract/errors.ts';
import { applicationFiles } from '../core/application-files.ts';
import { type Core, createCore } from '../core/core.ts';
import { berthPaths } from '../core/paths.ts';
import type { Shell } from '../core/shell.ts';
import { openInBrowser } from './open-in-browser.ts';
import { UiServer } from './ui-server.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly uiPort?: number;
  readonly open: boolean;
  readonly demo: boolean;
  readonly output: 'text' | 'json';
}

/**
 * Runs the core in the foreground without Electron until SIGTERM, Ctrl-C or `berth quit`. The first line on stdout is the
 * ready line (cli.md); everything else goes to stderr. Resolves with the exit code when everything has stopped.
 */
export async function serve(options: ServeOptions): Promise<number> {
  let ended: (code: number) => void = () => {};
  const end = new Promise<number>((resolve) => {
    ended = resolve;
  });
  const stop = () => ended(0);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('SIGHUP', stop);
  let core: Core | null = null;
  let ui: UiServer | null = null;
  try {
    const files = applicationFiles(import.meta.url);
    const shell: Shell = {
      kind: 'headless',
      capabilities: { tray: false, autostart: false, filePicker: false },
      startCommand: [process.execPath, files.cli, 'serve'],
      open: async () => ({ url: ui?.oneTimeUrl() ?? null }),
      quit: stop,
    };
    core = await createCore({
      paths: berthPaths(),
      env: process.env,
      platform: process.platform,
      shell,
      files,
      demo: options.demo,
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    ui = await UiServer.listen({
      folder: files.renderer,
      dispatcher: core.dispatcher,
      ...(options.uiPort === undefined ? {} : { port: options.uiPort }),
    });
    const { url, error } = core.endpoint();
    if (error) throw BerthError.from(error);
    announce(options.output, { endpoint: url, ui: ui.oneTimeUrl(), socket: core.paths.controlSocket });
    core.start();
    if (options.open) await openWindow(ui.oneTimeUrl());
    return await end;
  } catch (error) {
    return fail(error);
  } finally {
    await ui?.dispose();
    await core?.dispose();
  }
}

function announce(output: 'text' | 'json', ready: { endpoint: string; ui: string; socket: string }): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ...ready })}\n`);
    return;
  }
  process.stdout.write(`Berth is ready: ${ready.ui} (opens once), endpoint ${ready.endpoint}\n`);
  process.stderr.write('Stop it with Ctrl-C. `berth open` prints a new link for the window.\n');
}

async function openWindow(url: string): Promise<void> {
  if (await openInBrowser(url, process.platform)) return;
  process.stderr.write('No browser could be opened from here; use the link above.\n');
}

function fail(error: unknown): number {
  const info = toErrorInfo(error);
  process.stderr.write(`berth: ${info.message}\n${info.hint ? `${info.hint}\n` : ''}`);
  return exitCodeOf(info.code);
}
