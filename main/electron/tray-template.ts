import type { MenuItemConstructorOptions, NativeImage } from 'electron';
import type { TrayAction, TrayItem, TrayMark } from './tray-menu.ts';

/** The menu model as Electron takes it. */
export function menuTemplate(
  items: readonly TrayItem[],
  run: (action: TrayAction) => void,
  /** Draws a mark; null on panels that show none. */
  icon: (mark: TrayMark) => NativeImage | null = () => null,
): MenuItemConstructorOptions[] {
  return items.map((item) => toElectron(item, run, icon));
}

function toElectron(
  item: TrayItem,
  run: (action: TrayAction) => void,
  icon: (mark: TrayMark) => NativeImage | null,
): MenuItemConstructorOptions {
  const drawn = 'mark' in item && item.mark !== null ? icon(item.mark) : null;
  const marked = drawn ? { icon: drawn } : {};
  switch (item.type) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: plain(item.label), enabled: false };
    case 'submenu':
      return { label: plain(item.label), submenu: menuTemplate(item.items, run, icon), ...marked };
    case 'radio': {
      const { label, checked, enabled, action } = item;
      return { type: 'radio', label: plain(label), checked, enabled, click: () => run(action), ...marked };
    }
    case 'action':
      return { label: plain(item.label), enabled: item.enabled, click: () => run(item.action) };
  }
}

/** A single `&` would become a mnemonic: context names may hold one. */
function plain(label: string): string {
  return label.replaceAll('&', '&&');
}
