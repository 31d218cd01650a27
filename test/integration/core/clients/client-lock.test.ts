import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientLock, lockOf, withClientLock } from '../../../../main/core/clients/client-lock.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

/** As a row says it. */
const besideFile = '$' + '{file}.lock';
const holder = fileURLToPath(new URL('../../../fixtures/clients/lock-holder.mjs', import.meta.url));

describe.each(['mkdir', 'owner-file'] as const)('the lock of a client, as a %s', (kind) => {
  let folder: string;
  let lock: ClientLock;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-lock-'));
    lock = { path: join(folder, 'config.json.lock'), kind, staleMs: 600, title: 'Some Client' };
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a program that wants the lock; its lines tell when it had it. */
  const contend = (holdMs: number | null) => {
    const { path, staleMs } = lock;
    const args = [holder, kind, path, String(staleMs), ...(holdMs === null ? [] : [String(holdMs)])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const next = async (): Promise<{ what: string; at: number }> => JSON.parse(String((await once(lines, 'line'))[0]));
    return { next, ended: once(child, 'exit') };
  };

  it('is waited for while its client holds it, however long a hold lasts within the bound', async () => {
    const client = contend(900);
    expect(await client.next()).toMatchObject({ what: 'taken' });
    const released = client.next();
    const at = await withClientLock(lock, async () => Date.now());
    expect(at).toBeGreaterThanOrEqual((await released).at);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the client out, also for longer than a lock that nobody touches would count', async () => {
    let end = 0;
    let taken: Promise<{ at: number }> = Promise.reject(new Error('nobody wanted the lock'));
    taken.catch(() => undefined);
    await withClientLock(lock, async () => {
      taken = contend(0).next();
      await new Promise((resolve) => setTimeout(resolve, lock.staleMs * 2.5));
      end = Date.now();
    });
    expect((await taken).at).toBeGreaterThanOrEqual(end);
  });

  it('is taken over when a killed client left it', async () => {
    const client = contend(null);
    const { at } = await client.next();
    expect(await client.ended).toEqual([null, 'SIGKILL']);
    expect((await readdir(folder)).length).toBe(1);
    const since = await withClientLock(lock, async () => Date.now() - at);
    expect(since).toBeGreaterThanOrEqual(lock.staleMs - 50);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    await expect(withClientLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not taken from whoever took it over meanwhile', async () => {
    await withClientLock(lock, async () => {
      await rm(lock.path, { recursive: true });
      await mkdir(lock.path);
      await writeFile(join(lock.path, 'owner.other'), '');
    });
    expect(await readdir(lock.path)).toEqual(['owner.other']);
  });

  it('that is held for too long is a conflict that names it, and stays with who has it', async () => {
    const client = contend(60_000);
    await client.next();
    const before = await readdir(lock.path);
    await expect(withClientLock(lock, async () => 'in')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(lock.path),
      hint: expect.stringContaining('Some Client'),
    });
    expect(await readdir(folder)).toEqual(['config.json.lock']);
    expect(await readdir(lock.path)).toEqual(before);
  });
});

describe('a client with a lock of its own', () => {
  let sandbox: ClientSandbox;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
  });
  afterEach(() => sandbox.dispose());

  const locking = (kind: ClientLock['kind']) =>
    sandbox.create({
      registry: sandbox.registry.map((row) =>
        row.id === 'cursor' ? { ...row, lock: { path: besideFile, kind, staleMs: 600 } } : row,
      ),
    });

  it.each(['mkdir', 'owner-file'] as const)('is edited under it (%s), and no lock stays', async (kind) => {
    const { cursorFile, home } = sandbox;
    await writeDeep(cursorFile, '{}');
    const child = spawn(process.execPath, [holder, kind, `${cursorFile}.lock`, '600', '700'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    const released = once(lines, 'line').then(([line]) => JSON.parse(String(line)).at as number);
    const clients = locking(kind);
    await clients.install({ client: 'cursor', slugs: ['a'] });
    expect(Date.now()).toBeGreaterThanOrEqual(await released);
    expect(await readdir(join(home, '.cursor'))).toEqual(['mcp.json']);
    expect(await clients.get('cursor')).toMatchObject({ state: 'installed' });
  });

  it('that does not let go is not written, and no token is left', async () => {
    const { cursorFile, home, tokens } = sandbox;
    await writeDeep(cursorFile, '{}');
    await writeFile(`${cursorFile}.lock`, '');
    const clients = locking('mkdir');
    await expect(clients.install({ client: 'cursor', slugs: ['a'] })).rejects.toMatchObject({
      code: 'conflict',
      details: { lock: `${cursorFile}.lock` },
    });
    expect(tokens.list()).toEqual([]);
    expect(await clients.get('cursor')).toMatchObject({ state: 'available', entries: [] });
    expect((await readdir(join(home, '.cursor'))).sort()).toEqual(['mcp.json', 'mcp.json.lock']);
  });

  it('is found beside the file as the client names it', () => {
    const row = { title: 'X', lock: { path: besideFile, kind: 'mkdir' as const, staleMs: 10_000 } };
    expect(lockOf(row, '/home/$&/.claude.json')?.path).toBe('/home/$&/.claude.json.lock');
  });
});
