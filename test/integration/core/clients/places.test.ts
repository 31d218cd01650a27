import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

let sandbox: ClientSandbox;
beforeEach(async () => {
  sandbox = await openClientSandbox();
});
afterEach(() => sandbox.dispose());

const flatpak = '.var/app/com.visualstudio.code/config/Code/User';

describe('a client that is a Flatpak', () => {
  it('gets the URL, since it cannot start the bridge, and the bridge is refused', async () => {
    const { home, clients } = sandbox;
    await mkdir(join(home, flatpak), { recursive: true });
    const client = await clients.get('vscode');
    expect([client.via, client.ways]).toEqual(['url', ['url']]);
    expect(client.warnings.join()).toContain('(Flatpak)');
    await expect(clients.install({ client: 'vscode', slugs: ['a'], via: 'bridge' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    const change = await clients.preview({ client: 'vscode', slugs: ['a'], action: 'install' });
    expect([change.via, change.notes.join()]).toEqual(['url', expect.stringContaining('not verified')]);
    await clients.install({ client: 'vscode', slugs: ['a'] });
    const { servers } = JSON.parse(await readFile(join(home, flatpak, 'mcp.json'), 'utf8'));
    expect(servers['berth-a']).toMatchObject({ type: 'http', url: 'http://127.0.0.1:23784/a/mcp' });
  });
});

describe('a client with several live files', () => {
  it('says how to choose another, and edits the one that was chosen', async () => {
    const { home, clients, create } = sandbox;
    const usual = join(home, '.config/Code/User/mcp.json');
    const profile = join(home, '.config/Code/User/profiles/-1f2/mcp.json');
    await writeDeep(usual, '{}');
    await writeDeep(profile, '{}');
    expect(await clients.get('vscode')).toMatchObject({
      file: usual,
      otherFiles: [profile],
      warnings: [
        `There is also ${profile} (profile), which is left alone. If VS Code reads another file, choose it: berth config set clients.vscode.file FILE`,
      ],
    });

    const pinned = create({ pinnedFile: (id) => (id === 'vscode' ? profile : undefined) });
    expect(await pinned.get('vscode')).toMatchObject({ file: profile, otherFiles: [usual], warnings: [] });
    await pinned.install({ client: 'vscode', slugs: ['a'] });
    expect(await readFile(usual, 'utf8')).toBe('{}');
    expect(await readFile(profile, 'utf8')).toContain('berth-a');
    pinned.dispose();
  });

  it('refuses to pin what is no whole path, and for a client that nobody knows', () => {
    const { clients } = sandbox;
    expect(() => clients.checkPin('vscode', 'C:\\x\\mcp.json')).toThrow(/whole path/);
    expect(() => clients.checkPin('nobody', '/x')).toThrow(/does not know a client "nobody"/);
    expect(() => clients.checkPin('vscode', '~/x/mcp.json')).not.toThrow();
  });

  it('watches the file that was chosen while it runs', async () => {
    const { home, create } = sandbox;
    let file: string | undefined;
    const clients = create({ pinnedFile: () => file, watchTiming: { debounceMs: 10, pollMs: 60_000 } });
    await clients.start();
    file = join(home, 'chosen', 'mcp.json');
    await mkdir(join(home, 'chosen'));
    await clients.relocate();
    const changed = new Promise<void>((resolve) => {
      clients.onDidChange(resolve);
    });
    await writeDeep(file, '{}');
    await changed;
    clients.dispose();
  });
});
