import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, isRunning } from '../../../e2e/support/processes.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';
import { AiClient, roots } from './ai-client.ts';

const goodServer = fileURLToPath(new URL('../../../fixtures/servers/good-stdio.mjs', import.meta.url));

describe('servers that a client has for itself', () => {
  let sandbox: SandboxedCore;
  const clients: AiClient[] = [];
  let count = 0;

  beforeAll(async () => {
    sandbox = await coreInSandbox();
    const env = JSON.stringify({ ASKS_FOR_ROOTS: '1' });
    const options = { command: process.execPath, args: JSON.stringify([goodServer]), env };
    await sandbox.call('servers.add', { preset: 'command', slug: 'mine', context: 'none', guard: 'full', options });
    await sandbox.call('servers.start', { slugs: ['mine'], waitMs: 30_000 });
  });
  afterEach(async () => {
    for (const ai of clients.splice(0)) await ai.leave();
    // A test of its own says that they end; here nothing else may see them.
    await eventually(async () => (await server()).dedicated === 0, 10_000);
  });
  afterAll(() => sandbox?.dispose());

  async function open(canBeAsked = true, slug = 'mine'): Promise<AiClient> {
    // A token minted anew under a name ends the one before.
    count += 1;
    const ai = await new AiClient(canBeAsked).openHttp(sandbox, slug, `client-${count}`);
    clients.push(ai);
    return ai;
  }

  const server = (slug = 'mine') => sandbox.call('servers.get', { slug });

  it('go to those who can be asked; all others share one', async () => {
    const [one, two, plain, other] = await Promise.all([open(), open(), open(false), open(false)]);
    const pids = await Promise.all([one, two, plain, other].map(async (ai) => (await ai.whoami()).pid));
    expect(new Set(pids.slice(0, 2)).size).toBe(2);
    const shared = (await server()).pid;
    expect(pids.slice(2)).toEqual([shared, shared]);
    expect(pids.slice(0, 2)).not.toContain(shared);
    expect(await server()).toMatchObject({ sharing: 'by-client', dedicated: 2 });
    await expect(plain.call('ask_client')).rejects.toThrow(/shares this server/);
  });

  it('are asked by their server as soon as it is there, and answer when they are', async () => {
    const ai = await open();
    await expect.poll(async () => (await ai.whoami()).roots, { timeout: 5_000 }).toEqual({ roots });
  });

  it('end with their client', async () => {
    const ai = await open();
    const { pid } = await ai.whoami();
    expect(isRunning(pid)).toBe(true);
    await ai.leave();
    expect(await eventually(() => !isRunning(pid), 10_000)).toBe(true);
    expect(await eventually(async () => (await server()).dedicated === 0, 5_000)).toBe(true);
  });

  it('come back when they crash, within the session and with what it had set', async () => {
    const ai = await open();
    const { pid } = await ai.whoami();
    await ai.client.setLoggingLevel('error');
    const endless = ai.client.callTool({ name: 'slow', arguments: { steps: 10_000, stepMs: 5 } }, undefined, {
      onprogress: () => isRunning(pid) && process.kill(pid, 'SIGKILL'),
    });
    await expect(endless).rejects.toThrow(/The server mine ended during this call/);
    const again = await ai.whoami();
    expect(again.pid).not.toBe(pid);
    expect(again.pid).not.toBe((await server()).pid);
    expect(JSON.parse(await ai.call('ask_client'))).toEqual({ roots });
    expect(await server()).toMatchObject({ state: 'ready', restarts: 0, dedicated: 1 });
  });

  it('follow the server: when it restarts, the next call goes to a new one beside the new one', async () => {
    const ai = await open();
    const before = await ai.whoami();
    await sandbox.call('servers.restart', { slugs: ['mine'], waitMs: 30_000 });
    expect(await eventually(() => !isRunning(before.pid), 10_000)).toBe(true);
    const after = await ai.whoami();
    expect(after.pid).not.toBe(before.pid);
    await ai.heard('notifications/tools/list_changed', {});
    expect(JSON.parse(await ai.call('sample', { text: 'x' }))).toMatchObject({ content: { text: 'sampled x' } });
    await sandbox.call('servers.stop', { slugs: ['mine'], waitMs: 30_000 });
    expect(isRunning(after.pid)).toBe(false);
    await expect(ai.whoami()).rejects.toThrow(/mine is stopped/);
    await sandbox.call('servers.start', { slugs: ['mine'], waitMs: 30_000 });
    expect((await ai.whoami()).pid).not.toBe(after.pid);
  });

  it('are as the user says: for all clients, for none, or as the preset has it', async () => {
    await sandbox.call('servers.update', { slug: 'mine', sharing: 'dedicated' });
    const own = await (await open(false)).whoami();
    expect(own.pid).not.toBe((await server()).pid);
    await sandbox.call('servers.update', { slug: 'mine', sharing: 'shared' });
    const shared = await open();
    expect((await shared.whoami()).pid).toBe((await server()).pid);
    await sandbox.call('servers.update', { slug: 'mine', sharing: null });
    expect(await server()).toMatchObject({ sharing: 'by-client', restarts: 0 });
  });

  it('are bounded, and the error says by how many and what to do', async () => {
    const upstream = await startHttpFixture('good-http.mjs');
    try {
      const options = { url: upstream.url };
      await sandbox.call('servers.add', { preset: 'url', slug: 'far', context: 'none', guard: 'full', options });
      await sandbox.call('servers.start', { slugs: ['far'], waitMs: 30_000 });
      const many = await Promise.all(Array.from({ length: 16 }, () => open(true, 'far')));
      await expect(open(true, 'far')).rejects.toThrow(
        /16 clients have a backend of far of their own.*--sharing shared/,
      );
      await many[0]?.leave();
      expect(await eventually(async () => (await server('far')).dedicated < 16, 5_000)).toBe(true);
      expect(JSON.parse(await (await open(true, 'far')).call('ask_client'))).toEqual({ roots });
      // One that hangs up without taking leave gives way to the next.
      await many[1]?.client.close();
      const opened = () =>
        open(true, 'far').then(
          () => true,
          () => false,
        );
      expect(await eventually(opened, 5_000)).toBe(true);
      expect((await server('far')).dedicated).toBe(16);
      for (const ai of clients.splice(0)) if (ai !== many[0] && ai !== many[1]) await ai.leave();
      await sandbox.call('servers.remove', { slug: 'far' });
    } finally {
      await upstream.kill();
    }
  });
});
