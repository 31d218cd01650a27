import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inSandbox, type Sandbox } from '../../e2e/support/sandbox.ts';

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter(
  (program) => !(process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program))),
);

/** Runs `body` in a D-Bus session with an unlocked gnome-keyring, which ends when its stdin does. */
async function withKeyring(body: (address: string) => Promise<void>): Promise<void> {
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

const value = 'a-very-secret-value';
const setSecret = (sandbox: Sandbox) => sandbox.cliWith({ input: `${value}\n` }, 'secrets', 'set', 'cluster-token');

describe.skipIf(missing.length > 0)(`with a real gnome-keyring (missing: ${missing.join(', ') || 'nothing'})`, () => {
  it('a secret that was set outlives Berth, and its value appears nowhere', () =>
    withKeyring((address) =>
      inSandbox({ env: { DBUS_SESSION_BUS_ADDRESS: address } }, async (sandbox) => {
        const first = await sandbox.serve();
        expect(await sandbox.json('status')).toMatchObject({ keychain: { state: 'available', reason: null } });
        expect(await setSecret(sandbox)).toMatchObject({ code: 0 });
        await first.stop();

        const second = await sandbox.serve();
        expect(await sandbox.json('secrets', 'list')).toEqual([{ name: 'cluster-token', usedBy: [] }]);
        expect(first.child.stdout + first.child.stderr + second.child.stderr).not.toContain(value);
        expect(await sandbox.cli('secrets', 'rm', 'cluster-token')).toMatchObject({ code: 0 });
      }),
    ));
});

it('without a keychain, secrets live in memory for the run, and the status says so', () =>
  inSandbox({}, async (sandbox) => {
    const first = await sandbox.serve();
    expect(await sandbox.json('status')).toMatchObject({
      keychain: { state: 'unavailable', reason: expect.stringMatching(/.+/) },
    });
    expect(await setSecret(sandbox)).toMatchObject({ code: 0 });
    expect(await sandbox.json('secrets', 'list')).toHaveLength(1);
    await first.stop();
    await sandbox.serve();
    expect(await sandbox.json('secrets', 'list')).toEqual([]);
  }));
