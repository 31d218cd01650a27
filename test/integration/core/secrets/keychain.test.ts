import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretStore } from '../../../../main/core/secrets/create-secret-store.ts';
import { KeytarProcess } from '../../../../main/core/secrets/keytar-process.ts';
import { KeytarSecretStore } from '../../../../main/core/secrets/keytar-secret-store.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter(
  (program) => !(process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program))),
);

/** The child as plain Node runs it: built, with the native module found through a link. */
async function buildChild(folder: string): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['keytar'] },
    build: {
      ssr: join(root, 'main/core/secrets/keytar-child.ts'),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { external: ['keytar'], output: { entryFileNames: 'keytar-child.mjs' } },
    },
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'keytar-child.mjs');
}

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return state === null || state.slice(state.lastIndexOf(')') + 2).startsWith('Z');
}

let folder: string;
let child: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-keychain-'));
  child = await buildChild(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(missing.length > 0)(`a real gnome-keyring (needs ${missing.join(', ') || 'what is here'})`, () => {
  let home: string;
  const sessions: ChildProcess[] = [];

  /** A D-Bus session of its own with the secret service, unlocked or as it starts by itself; answers the child's environment. */
  async function startSession(unlocked: boolean): Promise<Record<string, string>> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: join(home, 'run') };
    const unlock = unlocked
      ? 'printf test | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null;'
      : '';
    const script = `${unlock} echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null`;
    const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    sessions.push(session);
    const [address] = await once(createInterface({ input: session.stdout }), 'line');
    return { ...env, DBUS_SESSION_BUS_ADDRESS: String(address) };
  }
  async function endSession(session: ChildProcess): Promise<void> {
    if (session.exitCode !== null || session.signalCode !== null) return;
    session.stdin?.end();
    await once(session, 'exit');
  }

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'berth-keyring-'));
    for (const name of ['run', '.cache', '.local/share'])
      await mkdir(join(home, name), { recursive: true, mode: 0o700 });
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await endSession(session);
    await rm(home, { recursive: true, force: true });
  });

  it('keeps secrets beyond the process, and never shows a value in argv or environment', async () => {
    const env = await startSession(true);
    const options = { command: process.execPath, args: [child], env };
    const store = await createSecretStore(options);
    expect(store.status()).toEqual({ state: 'available', reason: null });
    const value = `hunter2 "ü"\n${'x'.repeat(5000)}`;
    await store.set('prod.token', value);
    await store.set('other', 'o');
    expect(await store.get('prod.token')).toBe(value);
    await store.dispose();

    const again = new KeytarSecretStore(options);
    expect(await again.get('prod.token')).toBe(value);
    expect(await again.list()).toEqual(['other', 'prod.token']);
    await again.set('other', 'hunter3');
    expect([await again.delete('prod.token'), await again.delete('prod.token')]).toEqual([true, false]);
    expect(await again.get('prod.token')).toBeNull();
    expect(await again.get('other')).toBe('hunter3');
    const pid = again.pid ?? 0;
    const seen = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')));
    expect(seen.join('')).toContain(child);
    expect(seen.join('')).not.toContain('hunter');
    await again.dispose();
    expect(await isGone(pid)).toBe(true);
  });

  it('says that a locked keyring is locked, and does not hang', async () => {
    const unlocked = await startSession(true);
    const options = { command: process.execPath, args: [child] };
    const first = new KeytarSecretStore({ ...options, env: unlocked });
    await first.set('a', 'value');
    await first.dispose();
    for (const session of sessions.splice(0)) await endSession(session);

    const store = await createSecretStore({ ...options, env: await startSession(false) });
    expect(store.status().state).toBe('available');
    const refused = {
      code: 'refused',
      message: expect.stringContaining('locked'),
      hint: expect.stringContaining('Unlock'),
    };
    await expect(store.set('b', 'value')).rejects.toMatchObject(refused);
    await expect(store.get('a')).rejects.toMatchObject(refused);
    await expect(store.delete('a')).rejects.toMatchObject(refused);
    await expect(store.list()).rejects.toMatchObject(refused);
    expect(store.status().state).toBe('available');
    await store.dispose();
  });

  it('says that there is no keyring yet to store in, which holds nothing', async () => {
    const store = await createSecretStore({ command: process.execPath, args: [child], env: await startSession(false) });
    await expect(store.set('a', 'value')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('keyring yet'),
    });
    expect([await store.get('a'), await store.delete('a'), await store.list()]).toEqual([null, false, []]);
    await store.dispose();
  });
});

describe('without a keychain', () => {
  const options = () => ({ command: process.execPath, args: [child], env: { PATH: process.env['PATH'] } });

  it('keeps secrets in memory for this run and says why', async () => {
    const store = await createSecretStore(options());
    const { state, reason } = store.status();
    expect(state).toBe('unavailable');
    expect(reason).toMatch(/D-Bus|libsecret|secret service/);
    await store.set('a', 'value');
    expect([await store.get('a'), await store.list(), await store.delete('a'), await store.get('a')]).toEqual([
      'value',
      ['a'],
      true,
      null,
    ]);
    await store.dispose();
  });

  it('says that the program could not be started', async () => {
    const store = await createSecretStore({ ...options(), command: '/nowhere/node' });
    expect(store.status().reason).toContain('ENOENT');
    const crashing = new KeytarSecretStore({ ...options(), args: ['-e', 'process.exit(3)'] });
    await expect(crashing.get('a')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('code 3'),
    });
    await crashing.dispose();
  });
});

describe('a keychain that does not answer', () => {
  let bus: Server;
  let address: string;
  beforeEach(async () => {
    address = join(folder, `bus-${Math.random().toString(36).slice(2)}.sock`);
    // Accepts and says nothing, as a session bus or a prompt that hangs.
    bus = createServer(() => undefined).listen(address);
    await once(bus, 'listening');
  });
  afterEach(() => {
    bus.close();
  });

  it.skipIf(process.platform !== 'linux')(
    'is killed when the deadline has passed, with a clear error; the next question gets a new process',
    async () => {
      const env = { PATH: process.env['PATH'], DBUS_SESSION_BUS_ADDRESS: `unix:path=${address}` };
      const keychain = new KeytarProcess({ command: process.execPath, args: [child], env, deadlineMs: 700 });
      const connected = once(bus, 'connection');
      const first = keychain.ask({ op: 'get', service: 'Berth', name: 'a' });
      const second = keychain.ask({ op: 'get', service: 'Berth', name: 'b' });
      const failed = expect(first).rejects.toMatchObject({
        code: 'timed-out',
        hint: expect.stringContaining('unlock'),
      });
      const failedToo = expect(second).rejects.toMatchObject({ code: 'timed-out' });
      await connected;
      const pid = keychain.pid ?? 0;
      expect(await isGone(pid)).toBe(false);
      await failed;
      await expect.poll(() => isGone(pid), { timeout: 5000 }).toBe(true);
      await failedToo;
      expect(keychain.pid).toBeNull();
      await keychain.dispose();
    },
  );

  it('is killed when Berth ends, and what was asked fails', async () => {
    const silent = join(folder, 'silent.mjs');
    await writeFile(silent, 'process.stdin.resume(); process.on("SIGTERM", () => {});');
    const store = new KeytarSecretStore({ command: process.execPath, args: [silent], env: {} });
    const asked = expect(store.get('a')).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => store.pid).not.toBeNull();
    const pid = store.pid ?? 0;
    await store.dispose();
    await asked;
    expect(await isGone(pid)).toBe(true);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'cancelled' });
  });
});
