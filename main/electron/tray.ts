import { Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { Status } from '../../contract/model/status.ts';
import type { Disposable } from '../core/dispose.ts';
import type { Event, Subscription } from '../core/emitter.ts';
import { isPanelDark, trayHealth, trayIconFile } from './tray-icon.ts';
import { markPixels } from './tray-marks.ts';
import { type TrayAction, type TrayMark, trayMenu, trayTooltip } from './tray-menu.ts';
import { menuTemplate } from './tray-template.ts';

/** Changes within this time become one new menu. */
const SETTLE_MS = 120;

/** What the tray needs of the core's status. */
export interface StatusSource {
  current(): Status | null;
  readonly onDidChange: Event<unknown>;
}

/** The tray icon, its tooltip and its menu, kept in step with the status. */
export class BerthTray implements Disposable {
  readonly #tray: Tray;
  readonly #iconsFolder: string;
  readonly #run: (action: TrayAction) => void;
  #status: StatusSource | null = null;
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;
  #shown = '';
  #icon = '';
  readonly #onThemeChange = () => this.#render();

  constructor(options: { iconsFolder: string; run: (action: TrayAction) => void }) {
    this.#iconsFolder = options.iconsFolder;
    this.#run = options.run;
    this.#tray = new Tray(nativeImage.createFromPath(this.#iconFile(null)));
    // On macOS and most Linux panels a click opens the menu; on Windows it is expected to open the app.
    if (process.platform === 'win32') this.#tray.on('click', () => this.#run({ do: 'open' }));
    nativeTheme.on('updated', this.#onThemeChange);
    this.#render();
  }

  /** Shows this status from now on. */
  follow(status: StatusSource): void {
    this.#subscription?.dispose();
    this.#status = status;
    this.#subscription = status.onDidChange(() => {
      this.#timer ??= setTimeout(() => this.#render(), SETTLE_MS);
    });
    this.#render();
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#subscription?.dispose();
    nativeTheme.off('updated', this.#onThemeChange);
    this.#tray.destroy();
  }

  #render(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#tray.isDestroyed()) return;
    const status = this.#status?.current() ?? null;
    const icon = this.#iconFile(status);
    if (icon !== this.#icon) this.#tray.setImage(nativeImage.createFromPath(icon));
    this.#icon = icon;
    const items = trayMenu(status);
    const shown = JSON.stringify([items, trayTooltip(status)]);
    // A menu that is replaced while it is open closes under the user's pointer.
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setToolTip(trayTooltip(status));
    this.#tray.setContextMenu(Menu.buildFromTemplate(menuTemplate(items, this.#run, markImage)));
  }

  #iconFile(status: Status | null): string {
    return trayIconFile(this.#iconsFolder, {
      health: trayHealth(status),
      platform: process.platform,
      darkPanel: isPanelDark({
        platform: process.platform,
        desktop: process.env['XDG_CURRENT_DESKTOP'] ?? '',
        dark: nativeTheme.shouldUseDarkColors,
        systemDark: nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ?? nativeTheme.shouldUseDarkColors,
      }),
    });
  }
}

const MARK_SIZE = 16;

/** Sharp on screens with twice the pixels too. */
function markImage(mark: TrayMark): Electron.NativeImage {
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const size = MARK_SIZE * scaleFactor;
    image.addRepresentation({ scaleFactor, width: size, height: size, buffer: markPixels(mark, size) });
  }
  return image;
}
