import { Menu, type MenuItemConstructorOptions } from 'electron';

/** The application's menu: on macOS copy, paste and quit need one; elsewhere it stays hidden and gives the usual keys. */
export function setApplicationMenu(options: { open: () => void; packaged: boolean; platform: NodeJS.Platform }): void {
  const mac = options.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Open Berth', click: options.open },
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit', label: 'Quit Berth' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(options.packaged ? [] : [{ role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
      ],
    },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
