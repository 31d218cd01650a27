import { type ElectronApplication, expect } from '@playwright/test';

declare global {
  // Lives in the app's main process, put there by `watchTray`.
  var berthTrayMenu: Electron.Menu | undefined;
}

/**
 * Notes each menu that the real Tray object is given from now on. Electron has no way to ask a Tray for its menu; the app is
 * not changed for the test.
 */
export async function watchTray(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ Tray }) => {
    const original = Tray.prototype.setContextMenu;
    Tray.prototype.setContextMenu = function (menu) {
      globalThis.berthTrayMenu = menu ?? undefined;
      return original.call(this, menu);
    };
  });
}

/** Labels of the tray's menu, one array a level: `[label, [items]]` for a submenu. */
export function trayLabels(app: ElectronApplication): Promise<unknown[]> {
  return app.evaluate(() => {
    const read = (menu: Electron.Menu): unknown[] =>
      menu.items.map((item) => {
        const label = item.type === 'radio' ? `${item.checked ? '(x)' : '( )'} ${item.label}` : item.label;
        return item.submenu ? [label, read(item.submenu)] : label;
      });
    return globalThis.berthTrayMenu ? read(globalThis.berthTrayMenu) : [];
  });
}

/**
 * Clicks an item of the tray's menu: the first whose label contains each part in turn, from the top level down. Waits until it is
 * there and can be clicked, as a person does while the menu still tells of what is under way.
 */
export async function clickTray(app: ElectronApplication, ...path: string[]): Promise<void> {
  await expect.poll(() => tryClick(app, path), { message: `a click on ${path.join(' > ')}` }).toBeNull();
}

/** Clicks it if it is there; else answers what is missing. */
async function tryClick(app: ElectronApplication, path: readonly string[]): Promise<string | null> {
  return await app.evaluate((_electron, parts) => {
    let menu = globalThis.berthTrayMenu;
    for (const [index, part] of parts.entries()) {
      const item = menu?.items.find((each) => each.label.includes(part));
      if (!item) return `the tray has no "${part}" among ${menu?.items.map((each) => each.label).join(' | ')}`;
      if (index === parts.length - 1) {
        if (!item.enabled) return `"${part}" is greyed out`;
        setImmediate(() => item.click());
        return null;
      }
      menu = item.submenu;
    }
    return 'nothing was named';
  }, path);
}
