import { execFile } from 'node:child_process';

const WATCHER = ['org.kde.StatusNotifierWatcher', '/StatusNotifierWatcher'] as const;
const TIMEOUT_MS = 2_000;

/** Asks the session bus and answers what was printed; null when it cannot be asked. */
export type BusCall = (args: readonly string[]) => Promise<string | null>;

/** `dbus-send` comes with the session bus itself. */
export const askSessionBus: BusCall = (args) =>
  new Promise((resolve) => {
    execFile(
      'dbus-send',
      ['--session', '--print-reply', `--reply-timeout=${TIMEOUT_MS}`, ...args],
      { timeout: TIMEOUT_MS + 500 },
      (error, stdout) => resolve(error ? null : stdout),
    );
  });

/** Whether a Linux desktop shows tray items at all: a watcher runs and a panel has registered with it. */
export async function hasTrayHost(ask: BusCall = askSessionBus): Promise<boolean> {
  const reply = await property(ask, 'IsStatusNotifierHostRegistered');
  return reply !== null && /boolean true/.test(reply);
}

/** Whether an item of this process is shown. Watchers write items in different ways, all of them beginning with a bus name. */
export async function ownsTrayItem(pid: number, ask: BusCall = askSessionBus): Promise<boolean> {
  if (!(await hasTrayHost(ask))) return false;
  const reply = (await property(ask, 'RegisteredStatusNotifierItems')) ?? '';
  for (const name of busNames(reply)) {
    const owner = await ask([
      '--dest=org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.GetConnectionUnixProcessID',
      `string:${name}`,
    ]);
    if (owner !== null && new RegExp(`uint32 ${pid}\\b`).test(owner)) return true;
  }
  return false;
}

function property(ask: BusCall, name: string): Promise<string | null> {
  return ask([
    `--dest=${WATCHER[0]}`,
    WATCHER[1],
    'org.freedesktop.DBus.Properties.Get',
    `string:${WATCHER[0]}`,
    `string:${name}`,
  ]);
}

/** The bus names of `string "NAME/path"` and `string "NAME"` items. */
export function busNames(reply: string): string[] {
  return [...reply.matchAll(/string "([^"/@]+)/g)].flatMap((match) => match[1] ?? []);
}
