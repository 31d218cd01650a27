import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inSandbox } from './sandbox.ts';

/** Programs of a real keyring that this machine lacks. */
export const missingForKeyring = ['dbus-run-session', 'gnome-keyring-daemon'].filter(
  (program) => !(process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program))),
);

/** Runs `body` with the address of a D-Bus session in which an unlocked gnome-keyring runs; both end with it. */
export async function withKeyring(body: (address: string) => Promise<void>): Promise<void> {
  await inSandbox({}, async (desktop) => {
    const script =
      'printf test | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; echo "$DBUS_SESSION_BUS_ADDRESS"; cat';
    const session = desktop.start('dbus-run-session', ['--', 'sh', '-c', script]);
    try {
      await body(await session.line((line) => line.startsWith('unix:'), 20_000));
    } finally {
      session.end();
      await session.exited;
    }
  });
}
