import { describe, expect, it } from 'vitest';
import { missingForKeyring as missing, withKeyring } from '../../e2e/support/keyring.ts';
import { inSandbox, type Sandbox } from '../../e2e/support/sandbox.ts';

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
