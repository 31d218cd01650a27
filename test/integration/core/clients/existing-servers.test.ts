import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import type { AddServer, Server } from '../../../../contract/model/server.ts';
import { ExistingServers, type ExistingServersParts } from '../../../../main/core/clients/existing/existing-servers.ts';
import { MemorySecretStore } from '../../../../main/core/secrets/memory-secret-store.ts';
import { type ClientSandbox, openClientSandbox, tokenIn, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';
import { loadBundled } from '../../../unit/core/presets/bundled.ts';

const secret = 'sha256~AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';

describe('ExistingServers', () => {
  let sandbox: ClientSandbox;
  let home: string;
  let docked: Map<string, AddServer>;
  let keychain: MemorySecretStore;
  let kubeconfigs: string[];
  let started: string[];
  let existing: ExistingServers;
  let cursorFile: string;
  let claudeFile: string;
  let create: (changes?: Partial<ExistingServersParts>) => ExistingServers;

  beforeEach(async () => {
    sandbox = await openClientSandbox();
    ({ home, cursorFile, claudeFile } = sandbox);
    docked = new Map();
    keychain = new MemorySecretStore('no keychain in this test');
    kubeconfigs = [];
    started = [];
    await mkdir(join(home, 'bin'));
    await writeFile(join(home, 'bin', 'npx'), '');
    await chmod(join(home, 'bin', 'npx'), 0o755);
    const presets = [...(await loadBundled()).presets.values()];
    const view = (slug: string): Server => {
      const { preset, context, options } = docked.get(slug) ?? {};
      return { slug, preset, boundTo: context, context: null, options } as Server;
    };
    const parts: ExistingServersParts = {
      clients: sandbox.clients,
      world: async () => ({
        machine: { platform: 'linux', home, env: { PATH: join(home, 'bin') } },
        presets,
        registry: sandbox.registry,
        endpoint: 'http://127.0.0.1:23784',
        bridge: '/opt/berth',
      }),
      clusters: () => ({ home, platform: 'linux', contexts: [] }),
      servers: {
        list: () => [...docked.keys()].map(view),
        get: view,
        add: async (input) => {
          const slug = input.slug ?? '';
          if (docked.has(slug)) throw new BerthError('already-exists', `A server named "${slug}" is docked already.`);
          docked.set(slug, input);
          return view(slug);
        },
        start: async (slug) => void started.push(slug),
        remove: async (slug) => void docked.delete(slug),
      },
      secrets: {
        list: () => keychain.list(),
        set: (name, value) => keychain.set(name, value),
        delete: (name) => keychain.delete(name),
        status: () => ({ state: 'available', reason: null }),
      },
      addKubeconfig: async (path) => void kubeconfigs.push(path),
      removeKubeconfig: async (path) => void kubeconfigs.splice(kubeconfigs.indexOf(path), 1),
    };
    create = (changes = {}) => new ExistingServers({ ...parts, ...changes });
    existing = create();
  });
  afterEach(() => sandbox.dispose());

  const gh = { command: 'npx', args: ['gh-mcp', '--verbose'], env: { GH_TOKEN: secret, MODE: 'fast' } };
  const keep = { command: 'npx', args: ['other', '--password', 'correct horse'] };
  const cursorWith = (servers: Record<string, unknown>) =>
    `${JSON.stringify({ mine: true, mcpServers: servers }, null, 2)}\n`;
  const untouched = async (text: string) => {
    expect(await readFile(cursorFile, 'utf8')).toBe(text);
    expect([...docked]).toEqual([]);
    expect(await keychain.list()).toEqual([]);
    expect(kubeconfigs).toEqual([]);
    expect(started).toEqual([]);
    expect(sandbox.tokens.list()).toEqual([]);
  };
  const request = { client: 'cursor', name: 'gh', replace: true };

  it('lists what stands in several clients, tells duplicates, and leaves out what is ours and what does not parse', async () => {
    await writeDeep(
      cursorFile,
      cursorWith({ gh, 'mcp-optimizer': { type: 'http', url: 'http://localhost:9900/mcp' } }),
    );
    await writeDeep(
      claudeFile,
      JSON.stringify({ mcpServers: { github: gh, 'mcp-optimizer': { url: 'http://localhost:9900/sse' } } }),
    );
    await sandbox.clients.install({ client: 'cursor', slugs: ['a'] });

    const [claude, cursor] = await existing.list();
    expect(cursor).toMatchObject({ client: 'cursor', title: 'Cursor', file: cursorFile, findings: [] });
    expect(cursor?.servers).toMatchObject([
      {
        name: 'gh',
        transport: 'stdio',
        command: 'npx',
        args: ['gh-mcp', '--verbose'],
        env: ['GH_TOKEN', 'MODE'],
        kind: 'command',
        line: 4,
      },
      { name: 'mcp-optimizer', transport: 'http', url: 'http://localhost:9900/mcp', kind: 'url', findings: [] },
    ]);
    const ids = (servers: typeof cursor) => servers?.servers.map(({ findings }) => findings.map(({ id }) => id));
    expect(ids(cursor)).toEqual([['bare-command', 'plaintext-secret', 'several-clients'], []]);
    expect(ids(claude)).toEqual([['bare-command', 'plaintext-secret', 'several-clients'], ['url-in-stdio-client']]);

    await writeDeep(claudeFile, '{ "mcpServers": ');
    expect((await existing.list()).map(({ client }) => client)).toEqual(['cursor']);
    expect(await existing.list('claude-desktop')).toEqual([]);
    await expect(existing.list('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('tells that an entry is docked already, the more so when Berth has an entry in the same file', async () => {
    await writeDeep(cursorFile, cursorWith({ remote: { url: 'https://h.example.com/mcp' } }));
    docked.set('h', { preset: 'url', context: 'none', options: { url: 'https://h.example.com/mcp' } });
    const finding = async () => (await existing.list('cursor'))[0]?.servers[0]?.findings;
    expect(await finding()).toMatchObject([{ id: 'docked-twice', severity: 'info' }]);
    await sandbox.clients.install({ client: 'cursor', slugs: ['h'] });
    expect(await finding()).toMatchObject([
      { id: 'docked-twice', severity: 'warn', remedy: 'Remove this entry from the file.' },
    ]);
  });

  it('previews without doing anything, then docks, keeps the secret and swaps the entries in one write', async () => {
    const before = cursorWith({ gh, keep });
    await writeDeep(cursorFile, before);
    const preview = await existing.preview(request);
    expect(preview).toMatchObject({ blockedBy: null, proposal: { slug: 'gh', preset: 'command', guard: 'read-only' } });
    expect(preview.change?.diff).toContain('-    "gh": {');
    expect(preview.change?.diff).toContain('+    "berth-gh": {');
    expect(preview.change?.diff).toContain('"--password",\n         "…"');
    await untouched(before);

    const imported = await existing.import({ ...request, baseHash: preview.baseHash });
    expect(imported).toMatchObject({ replaced: true, client: { state: 'installed', entries: [{ name: 'berth-gh' }] } });
    expect(docked.get('gh')).toMatchObject({
      preset: 'command',
      context: 'none',
      start: false,
      options: {
        command: 'npx',
        args: '["gh-mcp","--verbose"]',
        env: '{"GH_TOKEN":"secret:gh-gh-token","MODE":"fast"}',
      },
    });
    expect(await keychain.get('gh-gh-token')).toBe(secret);
    expect(started).toEqual(['gh']);
    const token = await tokenIn(cursorFile);
    const url = { url: 'http://127.0.0.1:23784/gh/mcp', headers: { Authorization: `Bearer ${token}` } };
    expect(await readFile(cursorFile, 'utf8')).toBe(cursorWith({ keep, 'berth-gh': url }));
    const journal = (await readFile(join(home, 'state', 'clients', 'journal.jsonl'), 'utf8')).trim().split('\n');
    const lines = journal.map((line) => JSON.parse(line));
    expect(lines.map(({ action, name }) => `${action} ${name}`)).toEqual(['remove gh', 'set berth-gh']);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1);

    await sandbox.clients.uninstall({ client: 'cursor' });
    expect(await readFile(cursorFile, 'utf8')).toBe(cursorWith({ keep }));
  });

  it('keeps the secret nowhere but in the keychain and in the 0600 copy of the file as it was', async () => {
    await writeDeep(cursorFile, cursorWith({ gh, keep }));
    const shown = [await existing.list(), await existing.preview(request), await existing.import(request)];
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(JSON.stringify(shown)).not.toContain('correct horse');
    const state = join(home, 'state');
    const holding: string[] = [];
    for (const entry of await readdir(state, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !(await readFile(path, 'utf8')).includes(secret)) continue;
      holding.push(entry.parentPath);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    expect(holding).toEqual([join(state, 'clients', 'backups')]);
    expect(await readFile(cursorFile, 'utf8')).not.toContain(secret);
  });

  it.each([
    ['the only entry', { gh }, {}],
    ['the first of two', { gh, keep }, { keep }],
    ['the last of two', { keep, gh }, { keep }],
  ])('uninstalling after %s was replaced brings back the bytes without it', async (_what, servers, rest) => {
    await writeDeep(cursorFile, cursorWith(servers));
    await existing.import(request);
    await sandbox.clients.uninstall({ client: 'cursor' });
    expect(JSON.parse(await readFile(cursorFile, 'utf8'))).toEqual({ mine: true, mcpServers: rest });
    if ('keep' in rest) expect(await readFile(cursorFile, 'utf8')).toBe(cursorWith(rest));
  });

  it('replaces an entry of the very name that Berth would give', async () => {
    await writeDeep(cursorFile, cursorWith({ 'berth-gh': gh }));
    await existing.import({ ...request, name: 'berth-gh', slug: 'gh' });
    const { mcpServers } = JSON.parse(await readFile(cursorFile, 'utf8'));
    expect(mcpServers).toMatchObject({ 'berth-gh': { url: 'http://127.0.0.1:23784/gh/mcp' } });
    expect(await sandbox.clients.get('cursor')).toMatchObject({ state: 'installed' });
  });

  it('without replacing, docks it and leaves the file alone', async () => {
    const before = cursorWith({ gh });
    await writeDeep(cursorFile, before);
    expect(await existing.preview({ ...request, replace: false })).toMatchObject({ change: null });
    await existing.import({ ...request, replace: false, slug: 'mine', start: false });
    expect(await readFile(cursorFile, 'utf8')).toBe(before);
    expect([...docked.keys()]).toEqual(['mine']);
    expect(await keychain.list()).toEqual(['mine-gh-token']);
    expect(started).toEqual([]);
  });

  it('adds the kubeconfig that the entry names, and lets the user choose another context', async () => {
    const kubeconfig = join(home, 'prod.yaml');
    await writeFile(kubeconfig, 'current-context: west\ncontexts: [{name: west, context: {cluster: c}}]\n');
    const mtv = { command: 'kubectl', args: ['mtv', 'mcp-server'], env: { KUBECONFIG: kubeconfig } };
    await writeDeep(cursorFile, cursorWith({ mtv, gone: { ...mtv, env: { KUBECONFIG: '/path/to/your/kubeconfig' } } }));
    await existing.import({ client: 'cursor', name: 'mtv', replace: false });
    expect(kubeconfigs).toEqual([kubeconfig]);
    expect(docked.get('mtv')).toMatchObject({ preset: 'kubectl-mtv', context: `west@${kubeconfig}` });

    const gone = { client: 'cursor', name: 'gone', replace: false };
    expect(await existing.preview(gone)).toMatchObject({
      blockedBy: { message: expect.stringContaining('does not exist') },
    });
    await expect(existing.import(gone)).rejects.toMatchObject({ code: 'invalid-argument' });
    await existing.import({ ...gone, context: 'lab' });
    expect(docked.get('gone')).toMatchObject({ context: 'lab' });
  });

  describe('leaves everything as it was when', () => {
    const before = cursorWith({ gh, keep });
    beforeEach(() => writeDeep(cursorFile, before));

    it('there is no keychain', async () => {
      const status = () => ({ state: 'unavailable' as const, reason: 'No secret service runs.' });
      const away = create({ secrets: { ...partsSecrets(), status } });
      expect(await away.preview(request)).toMatchObject({
        blockedBy: { code: 'refused', message: expect.stringContaining('No secret service runs.') },
      });
      await expect(away.import(request)).rejects.toMatchObject({ code: 'refused' });
      await untouched(before);
    });

    it('the keychain fails at the second secret', async () => {
      await writeDeep(cursorFile, cursorWith({ gh: { ...gh, env: { A_TOKEN: 'one-secret', B_TOKEN: 'two-secret' } } }));
      const text = await readFile(cursorFile, 'utf8');
      const set = async (name: string, value: string) => {
        if (value === 'two-secret') throw new BerthError('timed-out', 'The keychain did not answer.');
        await keychain.set(name, value);
      };
      await expect(create({ secrets: { ...partsSecrets(), set } }).import(request)).rejects.toMatchObject({
        code: 'timed-out',
      });
      await untouched(text);
    });

    it('the file has changed since the preview', async () => {
      const { baseHash } = await existing.preview(request);
      const after = cursorWith({ gh, keep, more: keep });
      await writeDeep(cursorFile, after);
      await expect(existing.import({ ...request, baseHash })).rejects.toMatchObject({ code: 'conflict' });
      await untouched(after);
    });

    it('the file changes while the import is under way', async () => {
      const after = cursorWith({ gh: { ...gh, args: ['changed'] }, keep });
      const set = async (name: string, value: string) => {
        await keychain.set(name, value);
        await writeDeep(cursorFile, after);
      };
      await expect(create({ secrets: { ...partsSecrets(), set } }).import(request)).rejects.toMatchObject({
        code: 'conflict',
      });
      await untouched(after);
    });

    it('the file cannot be written', async () => {
      await chmod(cursorFile, 0o400);
      await expect(existing.import(request)).rejects.toMatchObject({ code: 'refused' });
      await chmod(cursorFile, 0o600);
      await untouched(before);
    });

    it('the name is taken', async () => {
      docked.set('taken', { preset: 'url' });
      await expect(existing.import({ ...request, slug: 'taken' })).rejects.toMatchObject({ code: 'already-exists' });
      expect([...docked]).toEqual([['taken', { preset: 'url' }]]);
      docked.clear();
      await untouched(before);
    });

    it('there is no such entry, or it is ours', async () => {
      await expect(existing.import({ ...request, name: 'none' })).rejects.toMatchObject({
        code: 'not-found',
        hint: 'There are: gh, keep.',
      });
      await sandbox.clients.install({ client: 'cursor', slugs: ['a'] });
      await expect(existing.import({ ...request, name: 'berth-a' })).rejects.toMatchObject({ code: 'not-found' });
      await sandbox.clients.uninstall({ client: 'cursor' });
      await untouched(before);
    });

    it('it leads to Berth already, or cannot be understood', async () => {
      const text = cursorWith({ here: { url: 'http://127.0.0.1:23784/a/mcp' }, odd: { image: 'x' } });
      await writeDeep(cursorFile, text);
      for (const name of ['here', 'odd']) {
        await expect(existing.import({ ...request, name })).rejects.toMatchObject({ code: 'unsupported' });
      }
      await untouched(text);
    });
  });

  function partsSecrets(): ExistingServersParts['secrets'] {
    return {
      list: () => keychain.list(),
      set: (name, value) => keychain.set(name, value),
      delete: (name) => keychain.delete(name),
      status: () => ({ state: 'available', reason: null }),
    };
  }
});
