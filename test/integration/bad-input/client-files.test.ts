import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../contract/model/client.ts';
import { RpcClient } from '../../../contract/rpc-client.ts';
import { connectControl } from '../../../main/cli/control-connection.ts';
import { Sandbox, type Serving } from '../../e2e/support/sandbox.ts';
import { raw } from '../../fixtures/gateway/raw-http.ts';
import { dock } from './support.ts';

let sandbox: Sandbox;
let serving: Serving;
let cursor: string;

beforeAll(async () => {
  sandbox = new Sandbox();
  serving = await sandbox.serve();
  cursor = sandbox.path('home', '.cursor', 'mcp.json');
  mkdirSync(dirname(cursor));
  await dock(sandbox, 'one', 'good-stdio.mjs', '--start');
  await dock(sandbox, 'two', 'good-stdio.mjs');
});

beforeEach(() => writeFileSync(cursor, '{}\n'));

afterAll(() => sandbox.dispose());

const tokens = async () =>
  (await sandbox.json<{ name: string; slug: string }[]>('endpoint', '--list')).map(({ name, slug }) => [name, slug]);

/** Whether the endpoint lets in whoever has what the client's file says. */
async function letsIn(entry: { url: string; headers: Record<string, string> }): Promise<boolean> {
  const headers = { ...entry.headers, 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  return (await raw(entry.url, { method: 'POST', headers, body })).status !== 401;
}

const entries = (): Record<string, { url: string; headers: Record<string, string> }> =>
  JSON.parse(readFileSync(cursor, 'utf8')).mcpServers ?? {};

describe("a client's file that is not JSON", () => {
  it.each([
    ['a comma too much', '{\n  "mcpServers": {\n    "mine": {"command": "x",,}\n  }\n}\n', /mcp\.json.*line 3/s],
    ['cut off', '{"mcpServers": {"mine": {"command": "x"', /mcp\.json/],
    ['no object', '[1, 2]\n', /mcp\.json/],
    ['servers that are no object', '{"mcpServers": ["mine"]}\n', /mcp\.json/],
    ['a merge conflict', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n', /mcp\.json/],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), /not UTF-8/],
  ])('(%s) is neither repaired nor overwritten, and the answer says where', async (_what, content, message) => {
    writeFileSync(cursor, content);
    for (const args of [
      ['install', 'cursor', 'one'],
      ['install', 'cursor', 'one', '--dry-run'],
    ]) {
      const ran = await sandbox.cli(...args);
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toMatch(message);
      expect(ran.stderr.trim().split('\n').length).toBeGreaterThan(1);
    }
    expect(readFileSync(cursor)).toEqual(Buffer.from(content));
    expect(await tokens()).toEqual([]);
    const clients = await sandbox.json<Client[]>('clients');
    expect(clients.find(({ id }) => id === 'cursor')).toMatchObject({
      state: 'unreadable',
      error: { code: 'invalid-config', hint: expect.stringMatching(/\S/) },
    });
  });
});

describe("a client's file that changes between preview and confirmation", () => {
  it('is not written: the foreign change stays, no token is left, and the answer says to look again', async () => {
    const berth = new RpcClient(await connectControl(serving.ready.socket));
    await berth.hello('test');
    const request = { client: 'cursor', slugs: ['one'] };
    const { baseHash } = await berth.call('clients.preview', { ...request, action: 'install' });
    const foreign = '{"mcpServers": {"mine": {"command": "x"}}}';
    writeFileSync(cursor, foreign);
    await expect(berth.call('clients.install', { ...request, baseHash })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('was changed since the preview'),
      hint: expect.stringContaining('new preview'),
    });
    berth.close();
    expect(readFileSync(cursor, 'utf8')).toBe(foreign);
    expect(await tokens()).toEqual([]);
  });
});

describe('installations at the same moment', () => {
  it('end with a file that is whole, and every entry in it lets its client in', async () => {
    const ran = await Promise.all([
      sandbox.cli('install', 'cursor', 'one'),
      sandbox.cli('install', 'cursor', 'two'),
      sandbox.cli('install', 'cursor', 'one', 'two'),
      sandbox.cli('install', 'cursor', 'one'),
    ]);
    expect(ran.some(({ code }) => code === 0)).toBe(true);
    for (const { code, stderr } of ran.filter(({ code }) => code !== 0)) {
      expect(code).toBe(1);
      expect(stderr).toContain('was changed since the preview');
    }
    for (const entry of Object.values(entries())) expect(await letsIn(entry)).toBe(true);
    expect(Object.keys(entries()).length).toBeGreaterThan(0);
    expect(await sandbox.cli('uninstall', 'cursor')).toMatchObject({ code: 0 });
    expect(readFileSync(cursor, 'utf8')).toBe('{}\n');
    expect(await tokens()).toEqual([]);
  });

  it('of servers that are not there, or in clients that are not, are refused with exit code 4', async () => {
    for (const [args, message] of [
      [['cursor', 'nobody'], 'There is no server "nobody".'],
      [['cursor', 'one', 'nobody'], 'There is no server "nobody".'],
      [['emacs', 'one'], 'Berth does not know a client "emacs".'],
    ] as const) {
      const ran = await sandbox.cli('install', ...args);
      expect(ran).toMatchObject({ code: 4, stdout: '' });
      expect(ran.stderr).toContain(message);
    }
    expect(entries()).toEqual({});
    expect(existsSync(`${cursor}.bak`)).toBe(false);
  });
});

describe('a server that is removed while a client has it', () => {
  it('is named with the way to take its entry out, which works', async () => {
    await dock(sandbox, 'short', 'good-stdio.mjs');
    await sandbox.cli('install', 'cursor', 'short');
    const removed = await sandbox.cli('remove', 'short');
    expect(removed).toMatchObject({ code: 0, stdout: '' });
    expect(removed.stderr).toContain('Cursor still has its entry; take it out with `berth uninstall cursor short`.');
    expect(await sandbox.cli('uninstall', 'cursor', 'short')).toMatchObject({ code: 0 });
    expect(readFileSync(cursor, 'utf8')).toBe('{}\n');
    expect((await sandbox.cli('remove', 'two')).stderr).toBe('two was removed.\n');
  });
});
