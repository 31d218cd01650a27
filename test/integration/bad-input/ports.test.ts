import { describe, expect, it } from 'vitest';
import type { Status } from '../../../contract/model/status.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { inSandbox } from '../../e2e/support/sandbox.ts';
import { launcher } from './support.ts';

const listener = `const server = require('node:http').createServer((_, response) => response.end('mine'));
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'));`;

describe('a port of the endpoints that is taken', () => {
  it('by a Berth of another home: says that it is a Berth, and ends with 1', async () => {
    await inSandbox({}, (first) =>
      inSandbox({}, async (second) => {
        const { port, ready } = await first.serve();
        const refused = await second.cli('serve', '--port', String(port));
        expect(refused).toMatchObject({ code: 1, stdout: '' });
        expect(refused.stderr).toContain(`Port ${port} is in use by another Berth`);
        expect(refused.stderr).toContain('End that one, or choose another port');
        expect(second.processes()).toEqual([]);
        expect((await second.cli('status')).code).toBe(3);
        expect(await first.json('status')).toMatchObject({ pid: ready.pid, endpoint: ready.endpoint });
      }),
    );
  });

  it('by another program: names it and its process', async () => {
    await inSandbox({}, async (sandbox) => {
      const port = await freePort();
      const other = sandbox.start(process.execPath, ['-e', listener, String(port)]);
      await other.line((line) => line === 'listening', 10_000);
      const refused = await sandbox.cli('serve', '--port', String(port));
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(new RegExp(`Port ${port} is in use by \\S+ \\(pid ${other.pid}\\)\\.`));
      expect(refused.stderr).toContain('End that program, or choose another port');
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine');
    });
  });

  it('by another program when the settings change: the old port goes on, and the status says why', async () => {
    await inSandbox({}, async (sandbox) => {
      const [old, taken] = [await freePort(), await freePort()];
      sandbox.writeKubeconfig(`port: ${old}\n`, sandbox.path('berth', 'config.yaml'));
      const own = sandbox.start(process.execPath, [launcher, 'serve', '-o', 'json']);
      await own.line(() => true, 30_000);
      const other = sandbox.start(process.execPath, ['-e', listener, String(taken)]);
      await other.line((line) => line === 'listening', 10_000);
      sandbox.writeKubeconfig(`port: ${taken}\n`, sandbox.path('berth', 'config.yaml'));
      const status = async () => JSON.parse((await sandbox.cli('status', '-o', 'json')).stdout) as Status;
      await expect
        .poll(async () => (await status()).problems, { timeout: 20_000 })
        .toMatchObject([{ code: 'port-in-use', message: expect.stringContaining(`(pid ${other.pid})`) }]);
      expect((await sandbox.cli('status')).code).toBe(1);
      expect((await fetch(`http://127.0.0.1:${old}/healthz`)).status).toBe(200);
    });
  });
});

describe('a port of the window that is taken', () => {
  it('and was asked for: says which flag to use, and ends with 1', async () => {
    await inSandbox({}, async (sandbox) => {
      const port = await freePort();
      const other = sandbox.start(process.execPath, ['-e', listener, String(port)]);
      await other.line((line) => line === 'listening', 10_000);
      const refused = await sandbox.cli('serve', '--port', String(await freePort()), '--ui-port', String(port));
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain(`Port ${port} for the window cannot be used`);
      expect(refused.stderr).toContain('--ui-port');
      expect((await sandbox.cli('status')).code).toBe(3);
    });
  });
});
