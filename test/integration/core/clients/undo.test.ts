import { chmod, lstat, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientSandbox, openClientSandbox, tokenIn, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const original = '{\r\n\t"theme" : "dark",\n  "mcpServers": { "x": {"command": "y"} }}\n\n';

describe('taking back what was written into a client’s file', () => {
  let sandbox: ClientSandbox;
  let clients: ClientSandbox['clients'];
  let tokens: ClientSandbox['tokens'];
  let file: string;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    ({ clients, tokens, cursorFile: file } = sandbox);
    await writeDeep(file, original);
    await chmod(file, 0o640);
  });
  afterEach(() => sandbox.dispose());

  const read = () => readFile(file, 'utf8');
  const install = (...slugs: string[]) => clients.install({ client: 'cursor', slugs });

  it('brings the bytes and the mode from before an installation back, and ends its token', async () => {
    await install('a');
    const token = await tokenIn(file);
    const preview = await clients.previewUndo();
    expect(preview).toMatchObject({ client: 'cursor', file, noop: false });
    expect(preview.diff).toContain('berth-a');
    const client = await clients.undo({ baseHash: preview.baseHash });
    expect(client).toMatchObject({ state: 'available', entries: [] });
    expect(await read()).toBe(original);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(tokens.verify('a', token)).toBeUndefined();
  });

  it('puts an uninstalled entry back in its place, with a token that works', async () => {
    await install('a');
    await install('b');
    const installed = await read();
    await clients.uninstall({ client: 'cursor', slugs: ['a'] });
    const former = await tokenIn(file);
    await clients.undo({});
    const [first = '', second = ''] = [...(await read()).matchAll(/berth_[A-Za-z0-9_-]{43}/g)].map(([token]) => token);
    expect(tokens.verify('a', first)).toEqual({ name: 'cursor' });
    expect(tokens.verify('b', second)).toEqual({ name: 'cursor' });
    // The other server's token was not touched, and but for the new one every byte is as it was.
    expect(second).toBe(former);
    expect((await read()).replace(first, '')).toBe(installed.replace(await firstToken(installed), ''));
    expect((await clients.get('cursor')).state).toBe('installed');
    await clients.uninstall({ client: 'cursor' });
    expect(await read()).toBe(original);
  });

  it('brings a file that Berth had made and removed back, with its folders, and its next removal takes them along', async () => {
    const { claudeFile, home } = sandbox;
    await clients.install({ client: 'claude-desktop', slugs: ['a'] });
    const made = await readFile(claudeFile, 'utf8');
    await clients.uninstall({ client: 'claude-desktop' });
    await expect(lstat(join(home, '.config'))).rejects.toMatchObject({ code: 'ENOENT' });
    await clients.undo({});
    expect(await readFile(claudeFile, 'utf8')).toBe(made);
    await clients.uninstall({ client: 'claude-desktop' });
    await expect(lstat(join(home, '.config'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('gives back what somebody had made of an entry that was repaired since', async () => {
    await install('a');
    const changed = (await read()).replace('23784/a/mcp', '23784/elsewhere/mcp');
    await writeFile(file, changed);
    await install('a');
    expect(await read()).toContain('23784/a/mcp');
    await clients.undo({});
    const token = await tokenIn(file);
    expect((await read()).replace(token, '')).toBe(changed.replace(await firstToken(changed), ''));
    expect((await clients.get('cursor')).entries).toMatchObject([{ state: 'changed' }]);
    expect(tokens.verify('a', token)).toEqual({ name: 'cursor' });
  });

  it('takes only its entries back when somebody has changed the file since', async () => {
    await install('a');
    await writeFile(file, (await read()).replace('"dark"', '"light"'));
    await clients.undo({});
    expect(await read()).toBe(original.replace('"dark"', '"light"'));

    await install('a');
    await clients.uninstall({ client: 'cursor' });
    await writeFile(file, original);
    await writeFile(file, original.replace('"dark"', '"blue"'));
    await clients.undo({});
    expect(await read()).toContain('"blue"');
    expect(tokens.verify('a', await tokenIn(file))).toEqual({ name: 'cursor' });
  });

  it('refuses what it cannot put back: a replaced entry in a file that was changed since, a copy that is gone', async () => {
    await install('a');
    await install('a');
    await writeFile(file, (await read()).replace('"dark"', '"light"'));
    const now = await read();
    await expect(clients.undo({})).rejects.toMatchObject({ code: 'conflict' });
    expect(await read()).toBe(now);
    await rm(join(sandbox.home, 'state', 'clients', 'backups'), { recursive: true });
    await expect(clients.undo({})).rejects.toMatchObject({ code: 'not-found' });
    expect((await clients.history()).map(({ final }) => final)).toEqual([
      expect.stringContaining('not kept'),
      expect.stringContaining('not kept'),
    ]);
  });

  it('tells what was written, undoes one after the other, and can undo an undo', async () => {
    await install('a');
    const withA = await read();
    await install('b');
    expect((await clients.history()).map(({ changes, undone, final }) => ({ changes, undone, final }))).toEqual([
      { changes: [{ action: 'set', name: 'berth-b' }], undone: false, final: null },
      { changes: [{ action: 'set', name: 'berth-a' }], undone: false, final: null },
    ]);
    await clients.undo({});
    expect(await read()).toBe(withA);
    await clients.undo({});
    expect(await read()).toBe(original);
    await expect(clients.undo({})).rejects.toMatchObject({ code: 'not-found' });
    const [last, before] = await clients.history();
    expect(last).toMatchObject({ undoes: expect.any(String), undone: false });
    await clients.undo({ id: last?.id });
    expect(await read()).toContain('"berth-a"');
    await expect(clients.undo({ id: before?.undoes ?? '' })).rejects.toMatchObject({ code: 'conflict' });
    await clients.uninstall({ client: 'cursor' });
    expect(await read()).toBe(original);
    expect(await readdir(dirname(file))).toEqual(['mcp.json']);
  });

  it('keeps no token in its journal', async () => {
    await install('a');
    await clients.uninstall({ client: 'cursor' });
    await clients.undo({});
    expect(await readFile(join(sandbox.home, 'state', 'clients', 'journal.jsonl'), 'utf8')).not.toContain('berth_');
  });
});

async function firstToken(text: string): Promise<string> {
  return /berth_[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? '';
}
