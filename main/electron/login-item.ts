import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { app } from 'electron';
import { autostartEntry, autostartFile, loginCommand } from './login-entry.ts';

/** The command line that starts this Berth again without its window. */
export function startAgain(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const { execPath, argv } = process;
  return loginCommand({ execPath, appPath: app.getAppPath(), packaged: app.isPackaged, argv, env });
}

/** Makes the system open Berth, hidden, at login, or not: the login item of macOS and Windows, XDG autostart on Linux. */
export async function setStartAtLogin(on: boolean, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const command = startAgain(env);
  if (process.platform !== 'linux') {
    const [path, ...args] = command;
    app.setLoginItemSettings({ openAtLogin: on, ...(path === undefined ? {} : { path }), args });
    return;
  }
  const file = autostartFile(env, env['HOME'] || homedir());
  if (!on) {
    await rm(file, { force: true });
    return;
  }
  const entry = autostartEntry(command);
  if ((await readFile(file, 'utf8').catch(() => null)) === entry) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, entry);
}
