import { join } from 'node:path';
import { type Health, worstHealth } from '../../contract/model/server.ts';
import type { Status } from '../../contract/model/status.ts';

/** What the tray's icon says: the worst health of all servers; a problem of Berth itself counts as a warning. */
export function trayHealth(status: Status | null): Health {
  if (status === null) return 'off';
  const worst = worstHealth(status.servers);
  return status.problems.length > 0 && worst !== 'bad' ? 'warn' : worst;
}

/**
 * The icon's file. macOS gets template images, which it colours itself; the others one for dark and one for light panels.
 * Electron finds `NAME@2x.png` beside it. Windows shows the tray at 16 px too.
 */
export function trayIconFile(
  folder: string,
  options: { health: Health; platform: NodeJS.Platform; darkPanel: boolean },
): string {
  const { health, platform, darkPanel } = options;
  if (platform === 'darwin') return join(folder, 'tray', `${health}Template.png`);
  return join(folder, 'tray', `${health}-${darkPanel ? 'dark' : 'light'}.png`);
}

/**
 * Whether the panel that holds the tray is dark. Windows colours its own surfaces apart from apps; GNOME's bar is dark whatever
 * the theme; other Linux panels follow it.
 */
export function isPanelDark(options: {
  platform: NodeJS.Platform;
  desktop: string;
  dark: boolean;
  systemDark: boolean;
}): boolean {
  if (options.platform === 'win32') return options.systemDark;
  if (options.platform === 'linux' && /gnome|unity/i.test(options.desktop)) return true;
  return options.dark;
}
