import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Server } from '../../../contract/model/server.ts';
import type { Status } from '../../../contract/model/status.ts';
import { Sandbox } from '../../e2e/support/sandbox.ts';
import { raw } from '../../fixtures/gateway/raw-http.ts';
import { dock } from './support.ts';

/** Only root may mount a file system that is small enough to be filled. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mountWorks();

let sandbox: Sandbox;
const mounted: string[] = [];

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['--lazy', folder]);
  await sandbox.dispose();
});

/** A disk of that many KiB at this folder. */
function mountSmall(folder: string, kilobytes: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0700`, 'tmpfs', folder]);
  mounted.push(folder);
}

/** Fills what is left of the disk; answers how to make room again. */
function fill(folder: string): () => void {
  const file = join(folder, 'filler');
  for (const size of [65_536, 4_096, 1]) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
  return () => rmSync(file);
}

async function letsIn(headers: Record<string, string>, url: string): Promise<boolean> {
  const mcp = { 'content-type': 'application/json', accept: 'application/json', ...headers };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  return (await raw(url, { method: 'POST', headers: mcp, body })).status !== 401;
}

describe.skipIf(!canMount)(
  'a full disk (skipped where no small file system can be mounted: that needs Linux and root)',
  () => {
    it("of Berth's: what runs goes on and can be used and stopped, changes are refused whole, and nothing is lost", async () => {
      mountSmall(sandbox.berthHome, 1024);
      const { child } = await sandbox.serve();
      await dock(sandbox, 'one', 'good-stdio.mjs', '--start');
      const endpoint = await sandbox.json<{ url: string; headers: Record<string, string> }>(
        ...['endpoint', 'one', '--client', 'me'],
      );
      const cursor = sandbox.path('home', '.cursor', 'mcp.json');
      mkdirSync(dirname(cursor));
      writeFileSync(cursor, '{}\n');
      const config = readFileSync(join(sandbox.berthHome, 'config.yaml'), 'utf8');
      const makeRoom = fill(sandbox.berthHome);

      expect((await sandbox.cli('call', 'one', 'echo', '--arg', 'text=still here')).stdout).toBe('still here\n');
      expect(await letsIn(endpoint.headers, endpoint.url)).toBe(true);
      for (const args of [
        ['add', 'command', '--name', 'two', '--context', 'none', '--set', 'command=node'],
        ['set', 'one', '--guard', 'full'],
        ['remove', 'one'],
        ['install', 'cursor', 'one'],
        ['endpoint', 'one', '--client', 'me'],
      ]) {
        const ran = await sandbox.cli(...args);
        expect({ args, code: ran.code, stdout: ran.stdout }).toEqual({ args, code: 1, stdout: '' });
        expect(ran.stderr, args.join(' ')).toMatch(/disk|space/i);
      }
      expect(readFileSync(cursor, 'utf8')).toBe('{}\n');
      expect(readFileSync(join(sandbox.berthHome, 'config.yaml'), 'utf8')).toBe(config);
      expect(await sandbox.json<Server[]>('servers')).toMatchObject([
        { slug: 'one', guard: 'read-only', state: 'ready' },
      ]);
      expect(await letsIn(endpoint.headers, endpoint.url)).toBe(true);

      expect((await sandbox.cli('stop', 'one')).stderr).toContain('one is stopped, but will start again with Berth.');
      expect((await sandbox.cli('start', 'one')).code).toBe(0);
      const long = JSON.stringify({ level: 'info', text: 'x'.repeat(12_000) });
      expect((await sandbox.cli('call', 'one', 'say', '--args', long)).code).toBe(0);
      const problems = async () =>
        (JSON.parse((await sandbox.cli('status', '-o', 'json')).stdout) as Status).problems.map(
          ({ message }) => message,
        );
      await expect
        .poll(problems, { timeout: 10_000 })
        .toContainEqual(expect.stringContaining('Log files are not written'));
      expect((await sandbox.cli('logs', 'one', '--tail', '5')).stdout).toContain('x'.repeat(1_000));
      expect((await sandbox.cli('quit')).code).toBe(0);
      expect(await child.exited).toMatchObject({ code: 0 });

      makeRoom();
      await sandbox.serve({ port: Number(new URL(endpoint.url).port) });
      await expect
        .poll(() => sandbox.json<Server[]>('servers'), { timeout: 20_000 })
        .toMatchObject([{ slug: 'one', state: 'ready' }]);
      expect(await letsIn(endpoint.headers, endpoint.url)).toBe(true);
    });

    it("of Berth's, when it starts: says what is the matter, and starts once there is room", async () => {
      mountSmall(sandbox.berthHome, 256);
      const makeRoom = fill(sandbox.berthHome);
      const refused = await sandbox.cli('serve', '--port', '1024');
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/disk|space/i);
      expect(refused.stderr).toContain(sandbox.berthHome);
      expect(sandbox.processes()).toEqual([]);
      makeRoom();
      await sandbox.serve();
      expect((await sandbox.cli('status')).code).toBe(0);
    });

    it("of a client's: its file stays whole, and what it held before goes on working", async () => {
      const cursor = sandbox.path('home', '.cursor', 'mcp.json');
      mountSmall(dirname(cursor), 16);
      writeFileSync(cursor, '{}\n');
      await sandbox.serve();
      await dock(sandbox, 'one', 'good-stdio.mjs');
      await dock(sandbox, 'two', 'good-stdio.mjs');
      expect(await sandbox.cli('install', 'cursor', 'one')).toMatchObject({ code: 0 });
      const installed = readFileSync(cursor, 'utf8');
      const entry = JSON.parse(installed).mcpServers['berth-one'];
      expect(await letsIn(entry.headers, entry.url)).toBe(true);
      fill(dirname(cursor));
      const again = await sandbox.cli('install', 'cursor', 'one', 'two');
      expect(again).toMatchObject({ code: 1, stdout: '' });
      expect(again.stderr).toContain('the disk is full');
      expect(again.stderr).toContain('Nothing was changed.');
      expect(readFileSync(cursor, 'utf8')).toBe(installed);
      expect(await letsIn(entry.headers, entry.url)).toBe(true);
      const tokens = await sandbox.json<{ name: string; slug: string }[]>('endpoint', '--list');
      expect(tokens).toMatchObject([{ name: 'cursor', slug: 'one' }]);
    });
  },
);

function mountWorks(): boolean {
  const probe = new Sandbox();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', probe.home], { stdio: 'ignore' });
    execFileSync('umount', [probe.home]);
    return true;
  } catch {
    return false;
  } finally {
    void probe.dispose();
  }
}
