import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isRunning } from '../../e2e/support/processes.ts';
import { inSandbox, Sandbox } from '../../e2e/support/sandbox.ts';

test('a sandbox shows nothing of its user to what runs in it', async () => {
  await inSandbox({ env: { EXTRA: 'yes' } }, async (sandbox) => {
    const child = sandbox.start('/bin/sh', ['-c', 'env']);
    const { stdout } = await child.exited;
    const env = Object.fromEntries(stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
    for (const name of [
      'HOME',
      'APPDATA',
      'BERTH_HOME',
      'KUBECONFIG',
      'XDG_CONFIG_HOME',
      'XDG_RUNTIME_DIR',
      'TMPDIR',
    ]) {
      expect(env[name], name).toContain(sandbox.root);
    }
    expect(env['EXTRA']).toBe('yes');
  });
});

test('dispose ends what was started and removes the folder', async () => {
  const sandbox = new Sandbox();
  const child = sandbox.start('/bin/sh', ['-c', 'echo up; exec sleep 60']);
  await child.line((line) => line === 'up', 5000);
  await sandbox.dispose();
  expect(isRunning(child.pid)).toBe(false);
  expect(existsSync(sandbox.root)).toBe(false);
});

test('a process that left its group and its parent is found, ended and reported', async () => {
  const sandbox = new Sandbox();
  const orphan = `const { spawn } = require('node:child_process');
    const child = spawn('sleep', ['61'], { detached: true, stdio: 'ignore' });
    child.unref();
    console.log(child.pid);`;
  const child = sandbox.start(process.execPath, ['-e', orphan]);
  const pid = Number((await child.exited).stdout);
  await expect(sandbox.dispose()).rejects.toThrow(`${pid} sleep 61`);
  expect(isRunning(pid)).toBe(false);
});
