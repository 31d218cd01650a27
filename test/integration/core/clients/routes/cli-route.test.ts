import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientService } from '../../../../../main/core/clients/client-service.ts';
import {
  type ClientSandbox,
  openClientSandbox,
  tokenIn,
  writeDeep,
} from '../../../../fixtures/clients/client-sandbox.ts';
import { type VendorManner, vendorCommand } from '../../../../fixtures/clients/vendor-command.ts';

const theirs = { mcpServers: { github: { command: 'gh-mcp' } }, theme: 'dark' };

describe.skipIf(process.platform === 'win32')("an installation by the vendor's command", () => {
  let sandbox: ClientSandbox;
  let clients: ClientService;
  let file: string;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    clients = sandbox.clients;
    file = join(sandbox.home, '.claude.json');
    await writeDeep(file, JSON.stringify(theirs));
  });
  afterEach(() => sandbox.dispose());

  const vendor = (manner: VendorManner = 'works') => vendorCommand(join(sandbox.home, 'bin'), file, manner);
  const install = (slugs: string[], more = {}) =>
    clients.install({ client: 'claude-code', slugs, route: 'cli', ...more });
  const servers = async () => JSON.parse(await readFile(file, 'utf8')).mcpServers;
  const journal = async () =>
    (await readFile(join(sandbox.home, 'state', 'clients', 'journal.jsonl'), 'utf8').catch(() => ''))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  it('shows the command line, runs exactly that without a shell, and finds what it wrote', async () => {
    const { path, runs } = await vendor();
    const slug = 'cluster';
    const preview = await clients.preview({ client: 'claude-code', slugs: [slug], action: 'install', route: 'cli' });
    const entry = { type: 'stdio', command: '/opt/berth/berth', args: ['connect', slug, '--client', 'claude-code'] };
    expect(preview).toMatchObject({ route: 'cli', via: 'bridge', diff: '', noop: false, creates: false });
    expect(preview.steps).toEqual([`${path} mcp add-json -s user berth-cluster '${JSON.stringify(entry)}'`]);
    expect(preview.notes.join()).toContain('claude writes the file itself');
    expect(await runs()).toEqual([]);

    const client = await install([slug], { baseHash: preview.baseHash });
    expect(client).toMatchObject({ state: 'installed' });
    expect(client.entries).toEqual([{ slug, name: 'berth-cluster', via: 'bridge', state: 'installed' }]);
    expect(await servers()).toEqual({ ...theirs.mcpServers, 'berth-cluster': entry });
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.args).toEqual(['mcp', 'add-json', '-s', 'user', 'berth-cluster', JSON.stringify(entry)]);
    expect(run?.cwd).toBe(sandbox.home);
    expect(sandbox.tokens.list()).toEqual([]);
  });

  it('gives the command the environment of the login shell, without what is only Berth’s', async () => {
    const { runs } = await vendor();
    const env = { PATH: join(sandbox.home, 'bin'), CLAUDE_CODE_X: '1', ELECTRON_RUN_AS_NODE: '1', BERTH_HOME: '/b' };
    const known: Record<string, string> = { PATH: '/nowhere' };
    const mine = sandbox.create({ env: known });
    expect((await mine.get('claude-code')).routes).toContainEqual({
      route: 'cli',
      why: 'The command claude is not on the PATH of your login shell.',
    });
    Object.assign(known, env);
    await mine.relocate();
    await mine.install({ client: 'claude-code', slugs: ['a'], route: 'cli' });
    mine.dispose();
    expect((await runs())[0]?.env).toMatchObject({ CLAUDE_CODE_X: '1' });
    expect(Object.keys((await runs())[0]?.env ?? {})).not.toContain('ELECTRON_RUN_AS_NODE');
    expect(Object.keys((await runs())[0]?.env ?? {})).not.toContain('BERTH_HOME');
  });

  it('is what Claude Code gets when nobody asks for a route and the command is there, and its file when it is not', async () => {
    expect((await clients.preview({ client: 'claude-code', slugs: ['a'], action: 'install' })).route).toBe('file');
    await vendor();
    expect((await clients.preview({ client: 'claude-code', slugs: ['a'], action: 'install' })).route).toBe('cli');
    expect((await clients.get('claude-code')).routes[0]).toEqual({ route: 'cli', why: null });
    const byUrl = await clients.preview({ client: 'claude-code', slugs: ['a'], action: 'install', via: 'url' });
    expect(byUrl.route).toBe('file');
  });

  it('keeps a copy of the file and writes the journal, and is undone by the command or by editing the file', async () => {
    await vendor();
    const before = await readFile(file, 'utf8');
    await install(['a', 'b']);
    const lines = await journal();
    expect(lines.map(({ action, name }) => `${action} ${name}`)).toEqual(['set berth-a', 'set berth-b']);
    expect(await readFile(join(sandbox.home, 'state', 'clients', 'backups', lines[0].backup), 'utf8')).toBe(before);

    await clients.uninstall({ client: 'claude-code', slugs: ['a'], route: 'cli' });
    expect(Object.keys(await servers())).toEqual(['github', 'berth-b']);
    const after = await clients.uninstall({ client: 'claude-code', slugs: ['b'], route: 'file' });
    expect(after.entries).toEqual([]);
    expect(await servers()).toEqual(theirs.mcpServers);
    expect((await journal()).slice(2).map(({ action, name }) => `${action} ${name}`)).toEqual([
      'remove berth-a',
      'remove berth-b',
    ]);
  });

  it('replaces an entry by URL and ends its token; one that is right already needs no command', async () => {
    const { runs } = await vendor();
    await clients.install({ client: 'claude-code', slugs: ['a'], route: 'file', via: 'url' });
    const token = await tokenIn(file);
    expect(sandbox.tokens.verify('a', token)).toBeDefined();
    await install(['a']);
    expect(sandbox.tokens.verify('a', token)).toBeUndefined();
    expect((await runs()).map(({ args }) => args[1])).toEqual(['remove', 'add-json']);
    const again = await clients.preview({ client: 'claude-code', slugs: ['a'], action: 'install', route: 'cli' });
    expect(again).toMatchObject({ noop: true, steps: [] });
    await install(['a']);
    expect(await runs()).toHaveLength(2);
  });

  it('leaves a foreign entry of our name and a changed one of ours alone, and runs nothing', async () => {
    const { runs } = await vendor();
    await writeFile(file, JSON.stringify({ mcpServers: { 'berth-a': { command: 'theirs' } } }));
    await expect(install(['a'])).rejects.toMatchObject({ code: 'already-exists' });
    await install(['b']);
    const config = JSON.parse(await readFile(file, 'utf8'));
    config.mcpServers['berth-b'].command = '/else';
    await writeFile(file, JSON.stringify(config));
    await expect(clients.uninstall({ client: 'claude-code', slugs: ['b'], route: 'cli' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(install(['c'], { baseHash: 'of yesterday' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await runs()).toHaveLength(1);
  });

  it('says why the command failed, without secrets, and owns nothing', async () => {
    await vendor('fails');
    const failure = await install(['a']).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'internal', message: expect.stringContaining('exit code 1') });
    expect(failure).toMatchObject({ message: expect.stringContaining('cannot reach') });
    expect(JSON.stringify([failure, String(failure)])).not.toMatch(/hunter22|berth_0123/);
    expect(await clients.get('claude-code')).toMatchObject({ entries: [] });
    expect(await journal()).toEqual([]);
  });

  it('stops a command that does not end, with all that it has started', async () => {
    const { runs } = await vendor('hangs');
    const mine = sandbox.create({ commandTimeLimitMs: 400 });
    await expect(mine.install({ client: 'claude-code', slugs: ['a'], route: 'cli' })).rejects.toMatchObject({
      code: 'timed-out',
    });
    mine.dispose();
    expect(await runs()).toHaveLength(1);
    expect((await clients.get('claude-code')).entries).toEqual([]);
  });

  it.each([
    ['writes something else', /wrote another entry "berth-a"/],
    ['writes nothing', /has no entry "berth-a"/],
  ] as const)('does not believe a command that ends well and %s', async (manner, message) => {
    await vendor(manner);
    await expect(install(['a'])).rejects.toMatchObject({ code: 'protocol', message: expect.stringMatching(message) });
    expect((await clients.get('claude-code')).entries).toEqual([]);
  });

  it('does not believe a removal that left the entry, which stays ours', async () => {
    await vendor();
    await install(['a']);
    await vendor('writes nothing');
    await expect(clients.uninstall({ client: 'claude-code', route: 'cli' })).rejects.toMatchObject({
      code: 'protocol',
    });
    expect((await clients.get('claude-code')).entries).toMatchObject([{ slug: 'a', state: 'installed' }]);
  });

  it('owns what a command has written that then failed', async () => {
    await vendor('fails after writing');
    await expect(install(['a'])).rejects.toMatchObject({ code: 'internal' });
    expect((await clients.get('claude-code')).entries).toMatchObject([{ slug: 'a', state: 'installed' }]);
    expect((await journal()).map(({ action }) => action)).toEqual(['set']);
  });

  it('knows an entry again that was written while Berth was killed', async () => {
    await vendor();
    // The record that stands while the command runs, and the entry that it writes when nobody reads it any more.
    const folder = join(sandbox.home, 'state', 'clients', 'owned');
    await install(['a']);
    const [name = ''] = await readdir(folder);
    const record = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const [entry] = record.entries;
    const marks = { command: '/opt/berth/berth', args: ['connect', 'a', '--client', 'claude-code'] };
    record.entries = [{ ...entry, awaits: { marks, until: new Date(Date.now() + 60_000).toISOString() } }];
    await writeFile(join(folder, name), JSON.stringify(record));
    expect((await clients.get('claude-code')).entries).toMatchObject([{ slug: 'a', state: 'installed' }]);
    expect(JSON.parse(await readFile(join(folder, name), 'utf8')).entries[0]).not.toHaveProperty('awaits');
  });

  it.each([
    [{ route: 'cli', via: 'url' }, /token must not stand/],
    [{ route: 'deeplink' }, /by a link/],
    [{ route: 'mcpb' }, /by a bundle/],
  ] as const)('refuses %o and says why', async (wanted, message) => {
    await vendor();
    await expect(clients.install({ client: 'claude-code', slugs: ['a'], ...wanted })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(message),
    });
  });
});
