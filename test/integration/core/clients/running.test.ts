import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Applications } from '../../../../main/core/clients/applications.ts';
import type { ClientRow } from '../../../../main/core/clients/registry.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

/** A name that no other process on the machine has. */
const NAME = `berth-test-app-${process.pid}`;
const client = 'claude-desktop';
const original = '{"globalShortcut": ""}\n';

describe.skipIf(process.platform !== 'linux')('an application that writes its whole file from memory', () => {
  let sandbox: ClientSandbox;
  let row: ClientRow;
  let clients: ClientSandbox['clients'];
  const applications = new Applications({ platform: 'linux', env: process.env, quitMs: 5_000 });
  const running: ChildProcess[] = [];

  beforeEach(async () => {
    sandbox = await openClientSandbox();
    const known = sandbox.registry.find(({ id }) => id === client);
    if (known === undefined) throw new Error('no row');
    row = { ...known, rewrites: true, processes: { linux: [NAME] } };
    clients = create();
    await writeDeep(sandbox.claudeFile, original);
  });
  afterEach(async () => {
    clients.dispose();
    for (const child of running.splice(0)) child.kill('SIGKILL');
    const left = await applications.find(row);
    if (left) process.kill(left.pid, 'SIGKILL');
    await sandbox.dispose();
  });

  const create = () => sandbox.create({ registry: [row], applications, lookMs: 20 });
  const read = () => readFile(sandbox.claudeFile, 'utf8');
  const open = async () => {
    const child = spawn('/bin/bash', ['-c', `exec -a ${NAME} sleep 600`], { stdio: 'ignore' });
    running.push(child);
    await expect.poll(() => applications.find(row)).not.toBeNull();
    return child;
  };

  it('is named before a write and keeps its file until somebody says what to do', async () => {
    await open();
    expect(await clients.get(client)).toMatchObject({ running: true, state: 'available' });
    const preview = await clients.preview({ client, slugs: ['a'], action: 'install' });
    expect(preview.blockedBy).toContain('is running');
    await expect(clients.install({ client, slugs: ['a'] })).rejects.toMatchObject({ code: 'conflict' });
    expect(await read()).toBe(original);
    expect((await clients.install({ client, slugs: ['a'], whenRunning: 'write' })).state).toBe('installed');
  });

  it('gets a queued change once it has quit, also when Berth was restarted meanwhile', async () => {
    const child = await open();
    await clients.start();
    const queued = await clients.install({ client, slugs: ['a'], whenRunning: 'queue' });
    expect(queued).toMatchObject({ state: 'available', queued: { action: 'install', slugs: ['a'], problem: null } });
    expect(await read()).toBe(original);
    clients.dispose();

    clients = create();
    await clients.start();
    expect((await clients.get(client)).queued).toMatchObject({ slugs: ['a'] });
    const exited = once(child, 'exit');
    child.kill();
    await exited;
    await expect.poll(async () => (await clients.get(client)).state).toBe('installed');
    expect(await clients.get(client)).toMatchObject({ queued: null, running: false });
    expect(JSON.parse(await read()).mcpServers['berth-a'].args).toContain('connect');
  });

  it('keeps a queued change that fails, with the reason, until somebody decides', async () => {
    const child = await open();
    await clients.start();
    await clients.install({ client, slugs: ['a'], whenRunning: 'queue' });
    await writeDeep(sandbox.claudeFile, '{ "torn');
    child.kill();
    await expect
      .poll(async () => (await clients.get(client)).queued?.problem)
      .toMatchObject({ code: 'invalid-config' });
    expect(await read()).toBe('{ "torn');
    expect((await clients.cancelQueued(client)).queued).toBeNull();
    await expect(clients.cancelQueued(client)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('refuses at once to queue what could not be written', async () => {
    await open();
    await writeDeep(sandbox.claudeFile, '{"mcpServers": {"berth-a": {"command": "mine"}}}');
    const refused = clients.install({ client, slugs: ['a'], whenRunning: 'queue' });
    await expect(refused).rejects.toMatchObject({ code: 'already-exists' });
    expect((await clients.get(client)).queued).toBeNull();
  });

  it('is quit, written for, and opened again as it had been started', async () => {
    const child = await open();
    const exited = once(child, 'exit');
    const before = await applications.find(row);
    await clients.install({ client, slugs: ['a'], whenRunning: 'restart' });
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect((await clients.get(client)).state).toBe('installed');
    await expect.poll(() => applications.find(row)).not.toBeNull();
    const after = await applications.find(row);
    expect(after?.pid).not.toBe(before?.pid);
  });

  it('is not written for when it does not quit', async () => {
    const stubborn = spawn('/bin/bash', ['-c', `trap '' TERM; exec -a ${NAME} sleep 600`], { stdio: 'ignore' });
    running.push(stubborn);
    await expect.poll(() => applications.find(row)).not.toBeNull();
    const hasty = sandbox.create({
      registry: [row],
      applications: new Applications({ platform: 'linux', env: process.env, quitMs: 300 }),
    });
    const refused = hasty.install({ client, slugs: ['a'], whenRunning: 'restart' });
    await expect(refused).rejects.toMatchObject({ code: 'timed-out' });
    expect(await read()).toBe(original);
  });

  it('forgets the queue when everything is uninstalled', async () => {
    await clients.install({ client, slugs: ['a'] });
    await open();
    await clients.install({ client, slugs: ['b'], whenRunning: 'queue' });
    const refused = await clients.uninstallAll();
    expect(refused).toMatchObject([{ client, entries: ['berth-a'], error: { code: 'conflict' } }]);
    expect(await clients.uninstallAll('write')).toMatchObject([{ client, error: null }]);
    expect(await read()).toBe(original);
    expect((await clients.get(client)).queued).toBeNull();
    await expect(readFile(join(sandbox.home, 'state', 'clients', 'queue.json'), 'utf8')).resolves.toBe('[]\n');
  });
});
