import { join } from 'node:path';
import { app, clipboard, powerMonitor, shell } from 'electron';
import { BerthError } from '../../contract/errors.ts';
import type { ApplicationFiles } from '../core/application-files.ts';
import { type Core, createCore } from '../core/core.ts';
import { DisposableStore } from '../core/dispose.ts';
import type { BerthPaths } from '../core/paths.ts';
import type { Shell } from '../core/shell.ts';
import { setApplicationMenu } from './app-menu.ts';
import { noticeApprovals } from './approval-notices.ts';
import { confirmQuit, pickPath, tellError } from './dialogs.ts';
import { mayOpenExternally } from './external-links.ts';
import { IpcConnections } from './ipc-connections.ts';
import { setStartAtLogin, startAgain } from './login-item.ts';
import { MainWindow } from './main-window.ts';
import { hasTrayHost, ownsTrayItem } from './status-notifier.ts';
import { takeOver } from './takeover.ts';
import { BerthTray } from './tray.ts';
import { type CoreAction, TrayClient } from './tray-client.ts';
import type { TrayAction } from './tray-menu.ts';

/** The desktop shell: window and tray around the core. Made once Electron is ready. */
export class Desktop {
  readonly #paths: BerthPaths;
  readonly #files: ApplicationFiles;
  readonly #quit: () => void;
  readonly #parts = new DisposableStore();
  readonly #window: MainWindow;
  readonly #tray: BerthTray;
  #client: TrayClient | null = null;
  #starting: Promise<void> = Promise.resolve();
  #openWhenUp = false;
  /** How often somebody asked for the window. */
  #opened = 0;

  constructor(options: { paths: BerthPaths; files: ApplicationFiles; quit: () => void }) {
    this.#paths = options.paths;
    this.#files = options.files;
    this.#quit = options.quit;
    const iconsFolder = join(this.#files.assets, 'icons');
    this.#window = this.#parts.add(
      new MainWindow({
        appPath: this.#files.root,
        icon: join(iconsFolder, 'app', '256x256.png'),
        boundsFile: join(this.#paths.state, 'window.json'),
        onCloseRequest: () => void this.#leaveWindow(),
      }),
    );
    this.#tray = this.#parts.add(new BerthTray({ iconsFolder, run: (action) => void this.#act(action) }));
    setApplicationMenu({ open: () => this.open(), packaged: app.isPackaged, platform: process.platform });
  }

  /** Starts the core, in the place of a headless one where that runs, and shows the window unless `hidden`. */
  start(options: { hidden: boolean; demo: boolean }): Promise<void> {
    this.#openWhenUp = !options.hidden;
    this.#starting = this.#start(options.demo);
    return this.#starting;
  }

  /** Shows the window, as soon as the core is up. */
  open(): void {
    this.#openWhenUp = true;
    this.#opened += 1;
    if (this.#client !== null) this.#window.show();
  }

  /** Another desktop was started: it has ended itself and wants this to be shown. */
  async welcome(options: { hidden: boolean; demo: boolean }): Promise<void> {
    if (!options.hidden) this.open();
    await this.#starting;
    if (options.demo) await this.#client?.startDemo();
  }

  /** Ends everything that it started; what is still starting is awaited first. */
  async stop(): Promise<void> {
    await this.#starting.catch(() => {});
    await this.#parts.dispose();
  }

  async #start(demo: boolean): Promise<void> {
    if ((await takeOver(this.#paths.controlSocket)) === 'other-desktop') return this.#quit();
    const core = this.#parts.add(await this.#createCore(demo));
    const accept = (connection: Parameters<Core['dispatcher']['accept']>[0]) => core.dispatcher.accept(connection);
    this.#parts.add(new IpcConnections(accept));
    const client = this.#parts.add(await TrayClient.connect(accept));
    this.#client = client;
    this.#tray.follow(client);
    this.#parts.add(noticeApprovals(client.onDidChange, () => this.open()));
    powerMonitor.on('resume', () => core.resumed());
    core.start();
    if (this.#openWhenUp) this.#window.show();
    if (await client.startAtLogin()) await setStartAtLogin(true);
  }

  async #createCore(demo: boolean): Promise<Core> {
    return createCore({
      paths: this.#paths,
      env: process.env,
      platform: process.platform,
      shell: await this.#shell(),
      files: this.#files,
      demo,
    });
  }

  async #shell(): Promise<Shell> {
    return {
      kind: 'desktop',
      capabilities: {
        tray: process.platform !== 'linux' || (await hasTrayHost()),
        autostart: true,
        filePicker: true,
      },
      startCommand: startAgain(),
      open: async () => {
        this.open();
        return { url: null };
      },
      quit: this.#quit,
      pickPath: (kind) => pickPath(this.#window.browserWindow, kind),
      openExternal: async (url) => {
        if (!mayOpenExternally(url)) {
          throw new BerthError('refused', `Berth does not open ${url}.`, {
            hint: 'Copy the address into your browser.',
          });
        }
        await shell.openExternal(url);
      },
      openClientLink: (url) => shell.openExternal(url),
      openFile: async (path) => (await shell.openPath(path)) === '',
      setStartAtLogin,
    };
  }

  /** Without a tray there would be no way back to a hidden window. */
  async #leaveWindow(): Promise<void> {
    const opened = this.#opened;
    if (process.platform !== 'linux' || (await ownsTrayItem(process.pid))) {
      // Who opened it again while the tray was looked for wants to see it.
      if (opened === this.#opened) this.#window.hide();
      return;
    }
    const running = this.#client?.current()?.servers.filter((server) => server.pid !== null).length ?? 0;
    if (await confirmQuit(this.#window.browserWindow, running)) this.#quit();
  }

  async #act(action: TrayAction): Promise<void> {
    switch (action.do) {
      case 'open':
        return this.open();
      case 'quit':
        return this.#quit();
      case 'copy':
        return clipboard.writeText(action.text);
      default:
        try {
          await this.#client?.run(action);
        } catch (error) {
          await tellError(error, failureTitle(action));
        }
    }
  }
}

/** What a failed click means, in one line. */
function failureTitle(action: CoreAction): string {
  if (action.do === 'decide') return 'Berth could not take the decision';
  if (action.do === 'repair') return 'Berth could not repair the client';
  if (action.do === 'use') return `The active context is not ${action.context}`;
  return `Berth could not ${action.do} ${action.slug}`;
}
