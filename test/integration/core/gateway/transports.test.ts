import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { bundle } from '../../../fixtures/gateway/bundle.ts';
import { PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { TlsFront } from '../../../fixtures/network/tls-front.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';
import { AiClient, roots } from './ai-client.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));

const fronts = ['Streamable HTTP', 'HTTP+SSE', 'stdio bridge'] as const;
type Front = (typeof fronts)[number];

/** Slugs of what stands behind, with what is special about it. */
const backs = {
  'own-child': 'a stdio child of its own',
  'shared-child': 'a stdio child that all share',
  'http-child': 'a child over Streamable HTTP',
  'sse-child': 'a child over HTTP+SSE',
  upstream: 'an upstream over Streamable HTTP that answers with streams',
  'json-upstream': 'an upstream over Streamable HTTP that answers with JSON',
  'private-ca': 'an https upstream of a private CA',
} as const;
type Back = keyof typeof backs;

let sandbox: SandboxedCore;
let folder: string;
let bridge: string;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-matrix-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  bridge = await bundle('main/bridge/bridge.ts', folder);
  sandbox = await coreInSandbox();
  endings.push(() => sandbox.dispose());
  const command = (script: string, ...args: string[]) => ({
    command: process.execPath,
    args: JSON.stringify([fixture(script), ...args]),
  });
  const [streams, json] = await Promise.all([
    startHttpFixture('good-http.mjs'),
    startHttpFixture('good-http.mjs', ['--json']),
  ]);
  endings.push(() => Promise.all([streams.kill(), json.kill()]));
  const authority = await PrivateAuthority.create('Example Corp');
  const identity = await authority.sign({ names: ['127.0.0.1'] });
  const tls = await TlsFront.start(identity, Number(new URL(streams.url).port));
  endings.push(() => tls.stop());
  const caFile = authority.writeTo(join(folder, 'ca.pem'));
  const http = 'http://127.0.0.1:{port}';
  const add = { context: 'none', guard: 'full' } as const;
  await sandbox.call('servers.add', {
    ...add,
    preset: 'command',
    slug: 'own-child',
    options: command('good-stdio.mjs'),
  });
  await sandbox.call('servers.add', {
    ...add,
    preset: 'command',
    slug: 'shared-child',
    sharing: 'shared',
    options: command('good-stdio.mjs'),
  });
  await sandbox.call('servers.add', {
    ...add,
    preset: 'command',
    slug: 'http-child',
    transport: 'http',
    options: { ...command('good-http.mjs', '--port', '{port}'), url: `${http}/mcp` },
  });
  await sandbox.call('servers.add', {
    ...add,
    preset: 'command',
    slug: 'sse-child',
    transport: 'sse',
    options: { ...command('good-sse.mjs', '--port', '{port}'), url: `${http}/sse` },
  });
  const upstreams = {
    upstream: streams.url,
    'json-upstream': json.url,
    'private-ca': `https://127.0.0.1:${tls.port}/mcp`,
  };
  for (const [slug, url] of Object.entries(upstreams)) {
    const options = { url, ...(slug === 'private-ca' ? { 'ca-file': caFile } : {}) };
    await sandbox.call('servers.add', { ...add, preset: 'url', slug, transport: 'http', options });
  }
  const started = await sandbox.call('servers.start', { slugs: Object.keys(backs), waitMs: 30_000 });
  expect(started.map(({ slug, state }) => [slug, state])).toEqual(Object.keys(backs).map((slug) => [slug, 'ready']));
});

afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function transportTo(front: Front, slug: Back) {
  if (front === 'stdio bridge') {
    const env = { PATH: process.env['PATH'] ?? '', BERTH_HOME: join(sandbox.home, 'berth'), BERTH_START_COMMAND: '[]' };
    return new StdioClientTransport({
      command: process.execPath,
      args: [bridge, 'connect', slug, '--client', 'matrix'],
      env: { ...sandbox.env, ...env },
    });
  }
  const minted = await sandbox.call('endpoint.mint', { slug, name: 'matrix' });
  const requestInit = { headers: minted.headers };
  if (front === 'Streamable HTTP') return new StreamableHTTPClientTransport(new URL(minted.url), { requestInit });
  return new SSEClientTransport(new URL(minted.url.replace(/mcp$/, 'sse')), { requestInit });
}

describe.each(fronts)('through %s', (front) => {
  it.each(Object.entries(backs) as [Back, string][])('everything reaches %s (%s)', async (slug) => {
    const ai = await new AiClient().open(await transportTo(front, slug));
    const { client } = ai;
    try {
      expect(client.getServerVersion()).toMatchObject({ name: 'berth-fixture-good' });
      expect(client.getInstructions()).toBe('A fixture of the tests.');
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('elicit');
      expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
        structuredContent: { sum: 5 },
      });
      expect((await client.readResource({ uri: 'fixture://greeting' })).contents[0]).toMatchObject({ text: 'hello' });
      expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
      expect((await client.getPrompt({ name: 'greet' })).messages).toHaveLength(1);
      const ref = { type: 'ref/prompt', name: 'greet' } as const;
      const completed = await client.complete({ ref, argument: { name: 'who', value: 'al' } });
      expect(completed.completion.values).toEqual(['alpha']);
      await client.ping();

      const odd = { deep: [{ unknown: true }], _meta: { 'example.com/trace': 'x' } };
      const relayed = await client.request({ method: 'example/odd', params: odd }, z.looseObject({}));
      expect(relayed).toMatchObject({ method: 'example/odd', params: odd });

      // An upstream that answers a POST with JSON cannot say anything before the answer, nor what belongs to no stream of its own.
      if (slug !== 'json-upstream') await saysBeforeItsAnswer(ai);
      await tellsByItself(ai, slug);
      await asksTheClient(ai, slug);
    } finally {
      await client.close();
    }
  });
});

async function saysBeforeItsAnswer(ai: AiClient): Promise<void> {
  const { client, progress } = ai;
  const slow = { name: 'slow', arguments: { steps: 3, stepMs: 5 } };
  expect(await client.callTool(slow, undefined, { onprogress: () => {} })).toMatchObject({
    content: [{ text: 'done after 3 steps' }],
  });
  expect(progress).toMatchObject([1, 2, 3].map((step) => ({ progress: step, total: 3, message: `step ${step}` })));
  const { cancelled } = await ai.whoami();
  const abort = new AbortController();
  const endless = client.callTool({ name: 'slow', arguments: { steps: 10_000, stepMs: 5 } }, undefined, {
    signal: abort.signal,
    onprogress: () => abort.abort('enough'),
  });
  await expect(endless).rejects.toThrow();
  await expect.poll(async () => (await ai.whoami()).cancelled, { timeout: 5_000 }).toBe(cancelled + 1);
}

async function tellsByItself(ai: AiClient, slug: Back): Promise<void> {
  const { client } = ai;
  if (slug === 'json-upstream') return;
  await client.setLoggingLevel('warning');
  expect(await ai.call('say', { level: 'error', text: 'a word' })).toBe('said');
  await ai.heard('notifications/message', { level: 'error', data: 'a word' });
  await client.subscribeResource({ uri: 'fixture://greeting' });
  await ai.call('touch', { uri: 'fixture://greeting' });
  await ai.heard('notifications/resources/updated', { uri: 'fixture://greeting' });
  await client.unsubscribeResource({ uri: 'fixture://greeting' });
  await ai.call('change_tools');
  await ai.heard('notifications/tools/list_changed', {});
}

async function asksTheClient(ai: AiClient, slug: Back): Promise<void> {
  if (slug === 'shared-child') {
    await expect(ai.call('ask_client')).rejects.toThrow(/shares this server between AI clients/);
    return;
  }
  if (slug === 'json-upstream') return;
  expect(JSON.parse(await ai.call('ask_client'))).toEqual({ roots });
  expect(JSON.parse(await ai.call('sample', { text: 'this' }))).toMatchObject({ content: { text: 'sampled this' } });
  expect(JSON.parse(await ai.call('elicit', { message: 'who?' }))).toEqual({
    action: 'accept',
    content: { name: 'asked: who?' },
  });
  // Several at once: each question finds its client, and each answer its call.
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const sampled = await Promise.all(texts.map((text) => ai.call('sample', { text })));
  expect(sampled.map((text) => JSON.parse(text).content.text)).toEqual(texts.map((text) => `sampled ${text}`));
}
