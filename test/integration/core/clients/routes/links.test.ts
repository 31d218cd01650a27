import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientService } from '../../../../../main/core/clients/client-service.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../../fixtures/clients/client-sandbox.ts';

const HOUR = 60 * 60_000;
const argsOf = (slug: string, client: string) => ['connect', slug, '--client', client];

describe('an installation by a link', () => {
  let sandbox: ClientSandbox;
  let clients: ClientService;
  let now: number;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    now = Date.now();
    clients = sandbox.create({ now: () => new Date(now) });
  });
  afterEach(async () => {
    clients.dispose();
    await sandbox.dispose();
  });

  const link = (slugs: string[], client = 'cursor') => clients.link({ client, slugs });
  /** What Cursor writes when its user says yes: its own fields around what the link said. */
  const confirm = async (slug: string, more = {}, name = `berth-${slug}`) => {
    const text = await readFile(sandbox.cursorFile, 'utf8').catch(() => '{"mcpServers":{}}');
    const config = JSON.parse(text);
    config.mcpServers[name] = { type: 'stdio', command: '/opt/berth/berth', args: argsOf(slug, 'cursor'), ...more };
    await writeDeep(sandbox.cursorFile, JSON.stringify(config));
  };

  it.each([
    ['cursor', (url: URL) => [url.searchParams.get('name'), fromBase64(url.searchParams.get('config'))]],
    ['lm-studio', (url: URL) => [url.searchParams.get('name'), fromBase64(url.searchParams.get('config'))]],
    ['kiro', (url: URL) => [url.searchParams.get('name'), JSON.parse(url.searchParams.get('config') ?? '')]],
    ['vscode', named],
    ['vscode-insiders', named],
  ] as const)('the link of %s says the name and the entry, and nothing secret', async (client, read) => {
    const { links } = await link(['a'], client);
    const [name, entry] = read(new URL(links[0]?.url ?? ''));
    expect(name).toBe('berth-a');
    expect(entry).toMatchObject({ command: '/opt/berth/berth', args: argsOf('a', client) });
    expect(links[0]?.title).toMatch(/^Add berth-a to /);
    expect(sandbox.tokens.list()).toEqual([]);
  });

  it('is shown before, is awaited when the link was made, and is ours when the user has confirmed it', async () => {
    const preview = await clients.preview({ client: 'cursor', slugs: ['a'], action: 'install', route: 'deeplink' });
    expect(preview).toMatchObject({ route: 'deeplink', via: 'bridge', diff: '', noop: false, reload: '' });
    expect((await clients.get('cursor')).entries).toEqual([]);

    const { client, links } = await link(['a']);
    expect(preview.steps).toEqual(links.map(({ url }) => url));
    expect(client.entries).toEqual([{ slug: 'a', name: 'berth-a', via: 'bridge', state: 'awaited' }]);
    expect(client.state).not.toBe('installed');

    await confirm('a');
    expect(await clients.get('cursor')).toMatchObject({
      state: 'installed',
      entries: [{ slug: 'a', state: 'installed' }],
    });
    // It is on record, with what stands there: another look, much later, finds the same, and a change of it is seen.
    now += 100 * HOUR;
    expect((await clients.get('cursor')).entries).toMatchObject([{ state: 'installed' }]);
    await confirm('a', { disabled: true });
    expect((await clients.get('cursor')).entries).toMatchObject([{ state: 'changed' }]);
    await confirm('a');
    await clients.uninstall({ client: 'cursor' });
    expect(JSON.parse(await readFile(sandbox.cursorFile, 'utf8'))).toEqual({ mcpServers: {} });
  });

  it('is ours under the name that the client has given it, and another program’s entry is not', async () => {
    await link(['a']);
    await confirm('a', { args: argsOf('other', 'cursor') }, 'berth-a');
    expect((await clients.get('cursor')).entries).toMatchObject([{ state: 'awaited' }]);
    await confirm('a', {}, 'berth-a-1');
    expect((await clients.get('cursor')).entries).toMatchObject([{ name: 'berth-a-1', state: 'installed' }]);
  });

  it('is forgotten when nobody has confirmed it for an hour, or when it is taken back', async () => {
    await link(['a', 'b']);
    const left = await clients.uninstall({ client: 'cursor', slugs: ['b'] });
    expect(left.entries).toMatchObject([{ slug: 'a', state: 'awaited' }]);
    now += HOUR;
    expect((await clients.get('cursor')).entries).toEqual([]);
    await confirm('a');
    expect((await clients.get('cursor')).entries).toEqual([]);
  });

  it('is not made for what is there already, and not over an older or a foreign entry', async () => {
    await link(['a']);
    await confirm('a');
    expect((await link(['a'])).links).toEqual([]);
    await clients.install({ client: 'cursor', slugs: ['b'], via: 'url' });
    await expect(link(['b'])).rejects.toMatchObject({ code: 'conflict' });
    await confirm('c');
    await expect(link(['c'])).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('leaves what the file route does later in order: the awaited entry becomes one of ours', async () => {
    await link(['a']);
    const client = await clients.install({ client: 'cursor', slugs: ['a'], route: 'file' });
    expect(client.entries).toMatchObject([{ slug: 'a', via: 'url', state: 'installed' }]);
    await clients.uninstall({ client: 'cursor' });
    await expect(readFile(sandbox.cursorFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not offered where a link takes no command of ours, with the reason', async () => {
    const why = "Goose's links take npx, uvx, jbang, goosed and docker as commands only, not Berth's bridge.";
    expect((await clients.get('goose')).routes).toContainEqual({ route: 'deeplink', why });
    await expect(link(['a'], 'goose')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(why),
    });
  });

  it('only adds: taking out is left to the file', async () => {
    await link(['a']);
    await confirm('a');
    await expect(clients.uninstall({ client: 'cursor', route: 'deeplink' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    expect((await clients.get('cursor')).entries).toMatchObject([{ state: 'installed' }]);
  });
});

function fromBase64(text: string | null): unknown {
  return JSON.parse(Buffer.from(text ?? '', 'base64').toString('utf8'));
}

/** VS Code's form: the whole query is one JSON object with the name in it. */
function named(url: URL): [unknown, unknown] {
  const { name, ...entry } = JSON.parse(decodeURIComponent(url.search.slice(1))) as Record<string, unknown>;
  return [name, entry];
}
