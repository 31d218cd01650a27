import type { MenuItemConstructorOptions } from 'electron';
import type { TrayAction, TrayItem } from './tray-menu.ts';

/** The menu model as Electron takes it. */
export function menuTemplate(
  items: readonly TrayItem[],
  run: (action: TrayAction) => void,
): MenuItemConstructorOptions[] {
  return items.map((item) => toElectron(item, run));
}

function toElectron(item: TrayItem, run: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.type) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: plain(item.label), enabled: false };
    case 'submenu':
      return { label: plain(item.label), submenu: menuTemplate(item.items, run) };
    case 'radio': {
      const { label, checked, enabled, action } = item;
      return { type: 'radio', label: plain(label), checked, enabled, click: () => run(action) };
    }
    case 'action':
      return { label: plain(item.label), enabled: item.enabled, click: () => run(item.action) };
  }
}

/** A single `&` would become a mnemonic: context names may hold one. */
function plain(label: string): string {
  return label.replaceAll('&', '&&');
}
