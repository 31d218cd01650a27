import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { Disposable } from '../core/dispose.ts';
import { APP_URL } from './app-files.ts';
import { fitBounds, readBounds, smallestWindow, writeBounds } from './window-bounds.ts';

/** What the window does when the user closes it: only the shell knows whether a tray would be left. */
export type CloseRequest = () => void;

/** A page that crashes again within this time is not reloaded any more. */
const CRASH_PAUSE_MS = 10_000;

/** Berth's one window: made when first shown, hidden or destroyed at will. */
export class MainWindow implements Disposable {
  readonly #appPath: string;
  readonly #icon: string;
  readonly #boundsFile: string;
  readonly #onCloseRequest: CloseRequest;
  #window: BrowserWindow | null = null;
  #closing = false;
  #crashedAt = 0;

  /** `boundsFile` keeps the window's place and size from one run to the next. */
  constructor(options: { appPath: string; icon: string; boundsFile: string; onCloseRequest: CloseRequest }) {
    this.#appPath = options.appPath;
    this.#icon = options.icon;
    this.#boundsFile = options.boundsFile;
    this.#onCloseRequest = options.onCloseRequest;
  }

  get browserWindow(): BrowserWindow | null {
    return this.#window;
  }

  /** Shows the window, in front of all others. */
  show(): void {
    if (this.#window === null) {
      this.#window = this.#create();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  hide(): void {
    this.#window?.hide();
    void this.#remember();
  }

  /** Closes it without asking. */
  async dispose(): Promise<void> {
    this.#closing = true;
    await this.#remember();
    this.#window?.destroy();
  }

  async #remember(): Promise<void> {
    if (this.#window !== null) await writeBounds(this.#boundsFile, this.#window.getNormalBounds());
  }

  #create(): BrowserWindow {
    const window = new BrowserWindow({
      ...fitBounds(
        readBounds(this.#boundsFile),
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      show: false,
      title: 'Berth',
      icon: this.#icon,
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#111214' : '#f7f7f5',
      webPreferences: {
        preload: join(this.#appPath, 'dist', 'preload', 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    window.once('ready-to-show', () => {
      window.show();
      window.focus();
    });
    window.on('page-title-updated', (event) => event.preventDefault());
    window.on('close', (event) => {
      if (this.#closing) return;
      event.preventDefault();
      this.#onCloseRequest();
    });
    window.on('closed', () => {
      this.#window = null;
    });
    window.webContents.on('render-process-gone', (_event, details) => this.#revive(window, details.reason));
    void window.loadURL(APP_URL);
    return window;
  }

  #revive(window: BrowserWindow, reason: string): void {
    if (reason === 'clean-exit' || this.#closing) return;
    const again = Date.now() - this.#crashedAt < CRASH_PAUSE_MS;
    this.#crashedAt = Date.now();
    if (again) window.destroy();
    else window.webContents.reload();
  }
}
