import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Server } from '../../../contract/model/server.ts';
import type { Status } from '../../../contract/model/status.ts';
import { inSandbox, type Sandbox } from '../../e2e/support/sandbox.ts';
import { dock } from './support.ts';

const file = (sandbox: Sandbox) => sandbox.path('berth', 'config.yaml');
/** A tab, where YAML allows none. */
const spoil = (text: string) => text.replace('    preset:', '\tpreset:');

async function readyServer(sandbox: Sandbox): Promise<Server | undefined> {
  return (await sandbox.json<Server[]>('servers')).find((server) => server.state === 'ready');
}

describe('a config.yaml that is wrong', () => {
  it('when Berth starts: it says line and column, touches nothing, and everything is back once it is corrected', async () => {
    await inSandbox({}, async (sandbox) => {
      const first = await sandbox.serve();
      expect(await dock(sandbox, 'mine', 'good-stdio.mjs', '--start')).toMatchObject({ code: 0 });
      await first.stop();
      const good = readFileSync(file(sandbox), 'utf8');
      const bad = spoil(good);
      writeFileSync(file(sandbox), bad);

      const validated = await sandbox.cli('config', 'validate');
      expect(validated.code).toBe(1);
      expect(validated.stderr).toMatch(/config\.yaml:3:1: /);

      await sandbox.serve();
      const { code, stdout, stderr } = await sandbox.cli('status');
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/config\.yaml:3:1: .*\n.*Correct line 3 of/);

      const added = await dock(sandbox, 'other', 'good-stdio.mjs');
      expect(added).toMatchObject({ code: 1, stdout: '' });
      expect(added.stderr).toContain('The change was not made: ');
      expect(added.stderr).toContain('does not write over a file that it cannot read');
      expect(readFileSync(file(sandbox), 'utf8')).toBe(bad);

      writeFileSync(file(sandbox), good);
      await expect.poll(() => readyServer(sandbox), { timeout: 20_000 }).toMatchObject({ slug: 'mine' });
      expect((await sandbox.cli('status')).code).toBe(0);
    });
  });

  it('while Berth runs: servers go on, and the last good settings hold', async () => {
    await inSandbox({}, async (sandbox) => {
      await sandbox.serve();
      await dock(sandbox, 'mine', 'good-stdio.mjs', '--start');
      const before = await readyServer(sandbox);
      const good = readFileSync(file(sandbox), 'utf8');
      writeFileSync(file(sandbox), `${good}colour: red\n`);
      await expect
        .poll(async () => (await sandbox.cli('status', '-o', 'json')).stdout, { timeout: 20_000 })
        .toContain('\\"colour\\" is not known here');
      const status = JSON.parse((await sandbox.cli('status', '-o', 'json')).stdout) as Status;
      expect(status.problems).toMatchObject([{ code: 'invalid-config', details: { line: 10, column: 1 } }]);
      expect(status.servers).toMatchObject([{ slug: 'mine', state: 'ready', pid: before?.pid }]);
      expect((await sandbox.cli('call', 'mine', 'echo', '--arg', 'text=hello')).stdout).toBe('hello\n');

      const stopped = await sandbox.cli('stop', 'mine');
      expect(stopped.code).toBe(1);
      expect(stopped.stderr).toContain('mine is stopped, but will start again with Berth. The change was not made: ');
      expect(await sandbox.json('servers', 'mine')).toMatchObject({ state: 'stopped', pid: null });
      expect(readFileSync(file(sandbox), 'utf8')).toBe(`${good}colour: red\n`);
    });
  });
});
