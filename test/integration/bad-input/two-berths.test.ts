import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listenPrivately } from '../../../main/core/private-socket.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { inSandbox } from '../../e2e/support/sandbox.ts';
import { serveAgain } from './support.ts';

describe('a second Berth of the same user and home', () => {
  it('ends with exit code 1 and names the first, which goes on', async () => {
    await inSandbox({}, async (sandbox) => {
      const { ready } = await sandbox.serve();
      const second = await sandbox.cli('serve', '--port', String(await freePort()));
      expect(second).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr).toContain(`is already running (headless, pid ${ready.pid})`);
      expect(second.stderr).toContain('`berth open`');
      expect(second.stderr).toContain('`berth quit`');
      expect(await sandbox.json('status')).toMatchObject({ pid: ready.pid, endpoint: ready.endpoint });
      expect((await sandbox.cli('quit')).code).toBe(0);
    });
  });

  it('is found also by who has another XDG_RUNTIME_DIR and temp folder', async () => {
    await inSandbox({}, async (sandbox) => {
      const { ready, child } = await sandbox.serve();
      const env = { XDG_RUNTIME_DIR: '', TMPDIR: sandbox.home };
      const second = await sandbox.cliWith({ env }, 'serve', '--port', String(await freePort()));
      expect(second).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr).toContain(`pid ${ready.pid}`);
      expect(JSON.parse((await sandbox.cliWith({ env }, 'status', '-o', 'json')).stdout)).toMatchObject({
        pid: ready.pid,
      });
      expect((await sandbox.cliWith({ env }, 'quit')).code).toBe(0);
      expect((await child.exited).code).toBe(0);
      expect((await sandbox.cli('status')).code).toBe(3);
    });
  });

  it('is the only one of several that start at once', async () => {
    await inSandbox({}, async (sandbox) => {
      const ports = await Promise.all([freePort(), freePort(), freePort()]);
      const all = ports.map((port) => serveAgain(sandbox, port));
      const pids = all.map((child) => child.pid);
      const lines = await Promise.allSettled(all.map((child) => child.line(() => true, 30_000)));
      const winners = lines.filter((line) => line.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      const status = await sandbox.json<{ pid: number }>('status');
      expect(pids).toContain(status.pid);
      for (const child of all.filter(({ pid }) => pid !== status.pid)) {
        expect(await child.exited).toMatchObject({ code: 1, stderr: expect.stringContaining(`pid ${status.pid}`) });
      }
    });
  });
});

describe('a private socket', () => {
  it.skipIf(process.platform === 'win32')(
    'is taken by one only, however many come at the same moment (skipped on Windows: pipes are exclusive)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'berth-sockets-'));
      for (let round = 0; round < 5; round += 1) {
        const path = join(folder, `${round}.sock`);
        const tries = await Promise.allSettled(Array.from({ length: 6 }, () => listenPrivately(path, () => {})));
        const servers = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []));
        const refusals = tries.flatMap((tried) => (tried.status === 'rejected' ? [tried.reason.code] : []));
        expect(refusals).toEqual(Array.from({ length: 5 }, () => 'conflict'));
        await Promise.all(servers.map(closed));
      }
      await rm(folder, { recursive: true });
    },
  );
});

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
