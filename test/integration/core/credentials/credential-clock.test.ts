import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CredentialClock } from '../../../../main/core/credentials/credential-clock.ts';
import { credentialKey } from '../../../../main/core/kube/credential-cache.ts';
import { KubeService } from '../../../../main/core/kube/kube-service.ts';

const HOUR = 3_600_000;
let folder: string;
let kube: KubeService;
let clock: CredentialClock;
let used: string[];
let renewals: string[];
/** Added to the time of day: how a clock is set. */
let ahead: number;

function jwt(endsAt: number, beganAt = endsAt - 24 * HOUR): string {
  const claims = { exp: Math.floor(endsAt / 1000), iat: Math.floor(beganAt / 1000) };
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
}

const configPath = () => join(folder, 'config');

async function write(users: Record<string, object>): Promise<void> {
  const names = Object.keys(users);
  const text = JSON.stringify({
    clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
    users: names.map((name) => ({ name, user: users[name] })),
    contexts: names.map((name) => ({ name, context: { cluster: 'k', user: name } })),
  });
  await writeFile(`${configPath()}.new`, text);
  await rename(`${configPath()}.new`, configPath());
}

async function open(users: Record<string, object>): Promise<void> {
  await write(users);
  kube = new KubeService({
    env: { KUBECONFIG: configPath() },
    home: folder,
    platform: process.platform,
    addedPaths: () => [],
    loginEnv: async () => ({}),
  });
  await kube.refresh();
  clock = new CredentialClock({
    kube,
    inUse: () => used,
    renew: (ref) => renewals.push(ref),
    now: () => Date.now() + ahead,
    watchTiming: { debounceMs: 20, pollMs: 500 },
  });
  clock.start();
}

/** Resolves with the state as soon as the clock tells of a change. */
function nextState(ref: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const subscription = clock.onDidChange(() => {
      subscription.dispose();
      resolve(clock.expiryOf(ref)?.state);
    });
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-clock-'));
  used = [];
  renewals = [];
  ahead = 0;
});
afterEach(async () => {
  await clock.dispose();
  kube.dispose();
  await rm(folder, { recursive: true });
});

test('tells at the thresholds, by itself', async () => {
  // A life of 4 s: its last fifth begins 0.8 s before the end. JWTs know whole seconds only.
  const end = Math.ceil(Date.now() / 1000) * 1000 + 2000;
  await open({ u: { token: jwt(end, end - 4000) } });
  expect(clock.expiryOf('u')).toMatchObject({ kind: 'token', state: 'ok', renewable: false });
  expect(await nextState('u')).toBe('soon');
  expect(Math.abs(Date.now() - (end - 800))).toBeLessThan(400);
  expect(await nextState('u')).toBe('expired');
  expect(Math.abs(Date.now() - end)).toBeLessThan(400);
});

test('looks again when the clock was set, and knows ends that no timer can wait for', async () => {
  await open({ u: { token: jwt(Date.now() + 90 * 24 * HOUR, Date.now()) } });
  expect(clock.expiryOf('u')?.state).toBe('ok');
  ahead = 91 * 24 * HOUR;
  const told = nextState('u');
  clock.update();
  expect(await told).toBe('expired');
});

test('a token file that was written anew ends nothing, and is told of where it is in use', async () => {
  const file = join(folder, 'token');
  await writeFile(file, jwt(Date.now() + HOUR / 2));
  await open({ u: { tokenFile: file } });
  expect(clock.expiryOf('u')).toMatchObject({ kind: 'token-file', state: 'soon', renewable: true });
  used = ['u'];
  clock.update();
  const changed = new Promise<void>((resolve) => {
    clock.onDidChangeFiles(() => resolve());
  });
  const state = nextState('u');
  await writeFile(`${file}.new`, jwt(Date.now() + 20 * HOUR));
  await rename(`${file}.new`, file);
  await changed;
  expect(await state).toBe('ok');
});

test('a token file that nothing uses is looked at again before its end is told', async () => {
  const file = join(folder, 'token');
  const end = Math.ceil(Date.now() / 1000) * 1000 + 24 * HOUR;
  await writeFile(file, jwt(end));
  await open({ u: { tokenFile: file } });
  expect(clock.expiryOf('u')?.state).toBe('ok');
  await writeFile(file, jwt(end + 24 * HOUR));
  ahead = 23 * HOUR;
  expect(clock.expiryOf('u')).toMatchObject({ state: 'ok', at: new Date(end + 24 * HOUR).toISOString() });
});

test('a kubeconfig that a login tool has written anew is told of', async () => {
  await open({ u: { token: jwt(Date.now() - 1000) } });
  expect(clock.expiryOf('u')?.state).toBe('expired');
  const state = nextState('u');
  await write({ u: { token: jwt(Date.now() + 20 * HOUR) } });
  expect(await state).toBe('ok');
});

test("a plugin's credential is renewed once before its end where it is in use, and nobody's is forgotten when it ends", async () => {
  await open({ u: { exec: { command: 'never-run' } }, v: { exec: { command: 'never-run' } } });
  const login = async (ref: string, lifeMs: number) => {
    const expiresAt = Date.now() + ahead + lifeMs;
    const credential = { token: 't', certificate: null, key: null, expiresAt };
    await kube.credentials.get(
      credentialKey(ref, kube.fingerprint(ref)),
      async () => credential,
      () => Date.now() + ahead,
    );
  };
  expect(clock.expiryOf('u')).toBeNull();
  used = ['u'];
  await login('u', HOUR);
  await login('v', HOUR);
  expect(clock.expiryOf('u')).toMatchObject({ kind: 'exec', state: 'ok', renewable: true });
  expect(renewals).toEqual([]);
  ahead = HOUR - 20_000;
  clock.update();
  clock.update();
  expect(renewals).toEqual(['u']);
  await login('u', HOUR);
  ahead = HOUR + 1000;
  expect(clock.expiryOf('u')?.state).toBe('ok');
  expect(clock.expiryOf('v')).toBeNull();
  // In use and not renewed: that is worth telling.
  ahead = 3 * HOUR;
  expect(clock.expiryOf('u')?.state).toBe('expired');
});
