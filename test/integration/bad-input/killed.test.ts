import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../contract/model/log.ts';
import type { Server } from '../../../contract/model/server.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { connectHttp, connectStdio } from '../../e2e/support/mcp-client.ts';
import { eventually, isRunning } from '../../e2e/support/processes.ts';
import { inSandbox, type Sandbox } from '../../e2e/support/sandbox.ts';
import { dock, launcher } from './support.ts';

const kubeconfigs = (sandbox: Sandbox) =>
  readdirSync(sandbox.path('berth', 'run', 'servers'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /berth-kubeconfig-.*\.yaml$/.test(name),
  );

describe('a Berth that is killed (SIGKILL)', () => {
  it('leaves no process and, after the next start, no credential; installed clients go on as if nothing had been', async () => {
    await inSandbox({}, async (sandbox) => {
      const cursor = sandbox.path('home', '.cursor', 'mcp.json');
      mkdirSync(dirname(cursor));
      const first = await sandbox.serve({ args: ['--demo'] });
      await sandbox.cli('add', 'kubernetes-mcp-server', '--name', 'real', '--context', 'demo-staging', '--start');
      // One with descendants that ignore SIGTERM, and one that ignores every polite way to end.
      await dock(sandbox, 'family', 'grandchildren.mjs', '--start');
      await dock(sandbox, 'stubborn', 'ignores-sigterm.mjs', '--start');
      expect(await sandbox.cli('install', 'cursor', 'real')).toMatchObject({ code: 0 });
      const lines = await sandbox.json<LogLine[]>('logs', 'family');
      const grandchildren = lines.flatMap(
        ({ text }) => Number(/^grandchild (\d+)$/.exec(text)?.[1] ?? Number.NaN) || [],
      );
      expect(grandchildren).toHaveLength(2);
      const before = await sandbox.json<Server[]>('servers');
      expect(before.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
      expect(kubeconfigs(sandbox)).toHaveLength(1);
      const entry = JSON.parse(readFileSync(cursor, 'utf8')).mcpServers['berth-real'];
      const client = await connectHttp(entry.url, entry.headers);
      expect((await client.call('namespaces_list')).text).toContain('shop');
      await client.close();

      first.child.signal('SIGKILL');
      expect(await first.child.exited).toMatchObject({ signal: 'SIGKILL' });
      // Nobody is there to end them but themselves and what Berth left to do it.
      expect(await eventually(() => sandbox.processes().length === 0, 15_000)).toBe(true);
      expect(grandchildren.map(isRunning)).toEqual([false, false]);
      expect(await sandbox.cli('status')).toMatchObject({ code: 3, stdout: '' });

      const second = await sandbox.serve({ args: ['--demo'], port: first.port });
      expect(second.ready.pid).not.toBe(first.ready.pid);
      const states = async () => (await sandbox.json<Server[]>('servers')).map(({ state }) => state);
      await expect.poll(states, { timeout: 30_000 }).toEqual(['ready', 'ready', 'ready']);
      // The one of the running server, and none of the killed Berth's.
      expect(kubeconfigs(sandbox)).toHaveLength(1);
      const again = await connectHttp(entry.url, entry.headers);
      expect((await again.call('namespaces_list')).text).toContain('shop');
      await again.close();
      expect(
        (await sandbox.json<{ id: string; state: string }[]>('clients')).find(({ id }) => id === 'cursor'),
      ).toMatchObject({ state: 'installed' });
      expect((await sandbox.cli('quit')).code).toBe(0);
      expect(kubeconfigs(sandbox)).toEqual([]);
    });
  });

  it('while a client talks through the bridge: the bridge answers for it and goes on once Berth is back', async () => {
    await inSandbox({}, async (sandbox) => {
      const first = await sandbox.serve();
      await dock(sandbox, 'one', 'good-stdio.mjs', '--start');
      const claude = sandbox.path('home', '.config', 'Claude', 'claude_desktop_config.json');
      mkdirSync(dirname(claude), { recursive: true });
      expect(await sandbox.cli('install', 'claude-desktop', 'one')).toMatchObject({ code: 0 });
      const entry = JSON.parse(readFileSync(claude, 'utf8')).mcpServers['berth-one'];
      const client = await connectStdio(sandbox, entry);
      expect((await client.call('echo', { text: 'before' })).text).toBe('before');
      first.child.signal('SIGKILL');
      await first.child.exited;
      const second = await sandbox.serve({ port: first.port });
      expect((await client.call('echo', { text: 'after' })).text).toBe('after');
      expect((await sandbox.json<{ pid: number }>('status')).pid).toBe(second.ready.pid);
      await client.close();
    });
  });

  it('while it starts a server: the next start begins from nothing', async () => {
    await inSandbox({}, async (sandbox) => {
      const first = await sandbox.serve();
      await dock(sandbox, 'mute', 'hangs-at-initialize.mjs');
      expect((await sandbox.cli('start', 'mute', '--wait', '0')).code).toBe(0);
      const running = () => sandbox.processes().filter(({ command }) => command.includes('hangs-at-initialize')).length;
      expect(await eventually(() => running() === 1, 10_000)).toBe(true);
      first.child.signal('SIGKILL');
      await first.child.exited;
      expect(await eventually(() => sandbox.processes().length === 0, 15_000)).toBe(true);
      await sandbox.serve({ port: first.port });
      expect(await eventually(() => running() === 1, 10_000)).toBe(true);
      expect(await sandbox.cli('quit')).toMatchObject({ code: 0 });
      expect(running()).toBe(0);
      expect(existsSync(sandbox.path('berth', 'run', 'servers', 'mute-1'))).toBe(false);
    });
  });
});

describe('a Berth whose output nobody reads any more', () => {
  it.skipIf(process.platform === 'win32')(
    'goes on and ends in order (skipped on Windows: no shell of that kind)',
    async () => {
      await inSandbox({}, async (sandbox) => {
        const command = `'${process.execPath}' '${launcher}' serve --port ${await freePort()} 2>&1 | true`;
        const shell = sandbox.start('/bin/sh', ['-c', command]);
        await expect.poll(async () => (await sandbox.cli('status')).code, { timeout: 20_000 }).toBe(0);
        expect((await sandbox.cli('quit')).code).toBe(0);
        await shell.exited;
        expect(sandbox.processes()).toEqual([]);
      });
    },
  );
});
