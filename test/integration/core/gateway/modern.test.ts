import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { bundle } from '../../../fixtures/gateway/bundle.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));
const fronts = ['Streamable HTTP', 'stdio bridge'] as const;
type Front = (typeof fronts)[number];
type Back = 'modern-child' | 'modern-upstream';

let sandbox: SandboxedCore;
let folder: string;
let bridge: string;
let minted = 0;
const endings: (() => unknown)[] = [];
const clients: Client[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-modern-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  bridge = await bundle('main/bridge/bridge.ts', folder);
  sandbox = await coreInSandbox();
  endings.push(() => sandbox.dispose());
  const upstream = await startHttpFixture('modern-server.mjs', ['--port', '0']);
  endings.push(() => upstream.kill());
  const add = { context: 'none', guard: 'full' } as const;
  const command = (script: string) => ({ command: process.execPath, args: JSON.stringify([fixture(script)]) });
  for (const [slug, script] of Object.entries({ 'modern-child': 'modern-server.mjs', legacy: 'good-stdio.mjs' })) {
    await sandbox.call('servers.add', { ...add, preset: 'command', slug, options: command(script) });
  }
  const options = { url: upstream.url };
  await sandbox.call('servers.add', { ...add, preset: 'url', slug: 'modern-upstream', transport: 'http', options });
  const slugs = ['modern-child', 'legacy', 'modern-upstream'];
  const started = await sandbox.call('servers.start', { slugs, waitMs: 30_000 });
  expect(started.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A client of both eras that asks first, and can be asked for a yes. */
async function open(front: Front, slug: string, name = `client-${++minted}`): Promise<Client> {
  const client = new Client(
    { name: 'both', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: true } }));
  clients.push(client);
  await client.connect(await transportTo(front, slug, name));
  return client;
}

async function transportTo(front: Front, slug: string, name: string) {
  if (front === 'stdio bridge') {
    const env = { ...sandbox.env, BERTH_START_COMMAND: '[]' };
    const args = [bridge, 'connect', slug, '--client', name];
    return new StdioClientTransport({ command: process.execPath, args, env });
  }
  const { url, headers } = await sandbox.call('endpoint.mint', { slug, name });
  return new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text ?? '';
const audited = (client: string) => sandbox.call('audit.query', { client });

describe.each(fronts)('the protocol without sessions, over %s', (front) => {
  it.each<Back>(['modern-child', 'modern-upstream'])('passes through to %s', async (slug) => {
    const name = `passing-${front === 'stdio bridge' ? 'b' : 'h'}-${slug}`;
    const client = await open(front, slug, name);
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(client.getServerVersion()).toMatchObject({ name: 'berth-fixture-modern' });
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('deploy');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hi' } }))).toBe('hi');

    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => steps.push(progress);
    const slow = { name: 'slow', arguments: { steps: 5 } };
    expect(textOf(await client.callTool(slow, { onprogress }))).toBe('done after 5 steps');
    expect(steps.slice(0, 3)).toEqual([1, 2, 3]);

    const { cancelled } = JSON.parse(textOf(await client.callTool({ name: 'whoami', arguments: {} })));
    const abort = new AbortController();
    const endless = client.callTool(
      { name: 'slow', arguments: { steps: 10_000 } },
      { signal: abort.signal, onprogress: () => abort.abort('enough') },
    );
    await expect(endless).rejects.toThrow();
    await expect
      .poll(async () => JSON.parse(textOf(await client.callTool({ name: 'whoami', arguments: {} }))).cancelled)
      .toBe(cancelled + 1);

    // The server asks in its result, and the client calls again with the answer.
    expect(textOf(await client.callTool({ name: 'deploy', arguments: { env: 'lab' } }))).toBe('deployed to lab');
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const echoes = await Promise.all(texts.map((text) => client.callTool({ name: 'echo', arguments: { text } })));
    expect(echoes.map(textOf)).toEqual(texts);

    const entries = await audited(name);
    expect(entries.find(({ tool }) => tool === 'deploy')).toMatchObject({
      slug,
      outcome: 'ok',
      clientInfo: { name: 'both', version: '1.0.0' },
    });
    expect(entries.some(({ outcome }) => outcome === 'cancelled')).toBe(true);
  });

  it.each<Back>(['modern-child', 'modern-upstream'])('listens to %s, over its restarts too', async (slug) => {
    const client = await open(front, slug);
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changes += 1;
    });
    const subscription = await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'change_tools', arguments: {} });
    await expect.poll(() => changes).toBe(1);
    await sandbox.call('servers.restart', { slugs: [slug], waitMs: 30_000 });
    await expect.poll(() => changes, { timeout: 10_000 }).toBe(2);
    await client.callTool({ name: 'change_tools', arguments: {} });
    await expect.poll(() => changes).toBe(3);
    await subscription.close();
  });

  it('is refused by a server of the earlier versions so that the client falls back', async () => {
    const client = await open(front, 'legacy');
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'old' } }))).toBe('old');
  });
});

describe('the protocol without sessions', () => {
  it('passes the same guard', async () => {
    await sandbox.call('servers.update', { slug: 'modern-child', guard: 'read-only' });
    try {
      const client = await open('Streamable HTTP', 'modern-child');
      expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('write_note');
      const refused = await client.callTool({ name: 'write_note', arguments: { text: 'x' } });
      expect(refused).toMatchObject({ isError: true });
      expect(textOf(refused)).toMatch(/Berth refused the tool write_note/);
      expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'read' } }))).toBe('read');
    } finally {
      await sandbox.call('servers.update', { slug: 'modern-child', guard: 'full' });
    }
  });

  it('is told when other tools pass the guard', async () => {
    const client = await open('Streamable HTTP', 'modern-child');
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changes += 1;
    });
    await client.listen({ toolsListChanged: true });
    await sandbox.call('servers.update', { slug: 'modern-child', tools: { echo: false } });
    await expect.poll(() => changes).toBe(1);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'x' } }))).toMatch(/switched it off/);
    await sandbox.call('servers.update', { slug: 'modern-child', tools: { echo: true } });
  });

  it('fails the call in flight when the server dies, and the next one works', async () => {
    const client = await open('Streamable HTTP', 'modern-child');
    const lost = await client.callTool({ name: 'crash', arguments: {} }).catch((error: Error) => error);
    expect(String(lost)).toMatch(/The server modern-child ended during this call/);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'again' } }))).toBe('again');
  });

  it('runs beside the sessions of others, and is measured with the server', async () => {
    const server = await sandbox.call('servers.get', { slug: 'modern-child' });
    const client = await open('Streamable HTTP', 'modern-child');
    const { pid } = JSON.parse(textOf(await client.callTool({ name: 'whoami', arguments: {} })));
    expect(pid).not.toBe(server.pid);
    const other = await open('stdio bridge', 'modern-child');
    expect(JSON.parse(textOf(await other.callTool({ name: 'whoami', arguments: {} }))).pid).toBe(pid);
    expect((await sandbox.call('servers.get', { slug: 'modern-child' })).dedicated).toBe(0);
  });

  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const echo = { name: 'echo', arguments: { text: 'x' } };

  it.each([
    ['the version of the header is another', { 'mcp-protocol-version': '2025-11-25' }, {}, 400, -32020],
    ['there is no header of the method', { 'mcp-method': '' }, {}, 400, -32020],
    ['the name of the header is another', { 'mcp-name': 'write_note' }, {}, 400, -32020],
    ['the name is in base64', { 'mcp-name': `=?base64?${btoa('echo')}?=` }, {}, 200, undefined],
    [
      'the client says nothing about itself',
      {},
      { 'io.modelcontextprotocol/clientCapabilities': undefined },
      400,
      -32602,
    ],
    [
      'the version is not known',
      { 'mcp-protocol-version': '2031-01-01' },
      { 'io.modelcontextprotocol/protocolVersion': '2031-01-01' },
      400,
      -32022,
    ],
  ])('is answered as the protocol says when %s', async (_, headers, inMeta, status, code) => {
    const { url, headers: token } = await sandbox.call('endpoint.mint', { slug: 'modern-child', name: 'raw' });
    const params = { ...echo, _meta: { ...meta, ...inMeta } };
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'echo',
        ...token,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error?: { code: number; data?: { supported?: string[] } } };
    expect(error?.code).toBe(code);
    if (code === -32022) expect(error?.data?.supported).toContain('2026-07-28');
  });

  it('knows no method that the server does not know, and has neither GET nor DELETE', async () => {
    const { url, headers } = await sandbox.call('endpoint.mint', { slug: 'modern-upstream', name: 'raw' });
    const version = { 'mcp-protocol-version': '2026-07-28', accept: 'application/json, text/event-stream' };
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, ...version, 'content-type': 'application/json', 'mcp-method': 'example/odd' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'example/odd', params: { _meta: meta } }),
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ id: 1, error: { code: -32601 } });
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(url, { method, headers: { ...headers, ...version } })).status).toBe(405);
    }
  });
});
