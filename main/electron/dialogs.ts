import { type BrowserWindow, dialog } from 'electron';
import { toErrorInfo } from '../../contract/errors.ts';

/** Tells the user what went wrong and what to do about it; resolves when they have read it. */
export async function tellError(error: unknown, title: string, parent: BrowserWindow | null = null): Promise<void> {
  const { message, hint } = toErrorInfo(error);
  const options = {
    type: 'error',
    title: 'Berth',
    message: title,
    detail: hint ? `${message}\n\n${hint}` : message,
  } as const;
  await (parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options));
}

/** Asks before closing the last way to reach Berth; true for quit. */
export async function confirmQuit(parent: BrowserWindow | null, running: number): Promise<boolean> {
  const options = {
    type: 'warning',
    title: 'Berth',
    message: 'Quit Berth?',
    detail: `This desktop shows no tray, so Berth cannot go on without its window. ${
      running === 0
        ? 'No server is running.'
        : `${running === 1 ? 'One running server' : `${running} running servers`} will stop.`
    }`,
    buttons: ['Quit Berth', 'Keep open'],
    defaultId: 1,
    cancelId: 1,
  } as const;
  const spread = { ...options, buttons: [...options.buttons] };
  const answer = await (parent ? dialog.showMessageBox(parent, spread) : dialog.showMessageBox(spread));
  return answer.response === 0;
}

/** Lets the user pick a file or a folder; null when they did not. */
export async function pickPath(parent: BrowserWindow | null, kind: 'file' | 'folder'): Promise<string | null> {
  const properties: ('openFile' | 'openDirectory' | 'showHiddenFiles')[] = [
    kind === 'file' ? 'openFile' : 'openDirectory',
    'showHiddenFiles',
  ];
  const answer = await (parent ? dialog.showOpenDialog(parent, { properties }) : dialog.showOpenDialog({ properties }));
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}
