import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { type AllClientOptions, connectAll, doors } from '../../../fixtures/gateway/all-clients.ts';
import { bundle } from '../../../fixtures/gateway/bundle.ts';
import { GatewayBench, tokenOf } from '../../../fixtures/gateway/gateway-bench.ts';

const fickle = fileURLToPath(new URL('../../../fixtures/gateway/fickle-server.mjs', import.meta.url));

let folder: string;
let bridge: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-all-'));
  bridge = await bundle('main/bridge/bridge.ts', folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(doors)('all servers over %s', (door) => {
  let bench: GatewayBench;
  const clients: Client[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open(['dev', 'prod'], { listWaitMs: 300, backendWaitMs: 5_000 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await bench.dispose();
  });

  async function connect(options: Partial<AllClientOptions> = {}): Promise<Client> {
    const client = await connectAll(bench, { door, bridge, ...options });
    clients.push(client);
    return client;
  }

  /** A client that counts what it is told of changed tools. */
  async function counting(): Promise<{ client: Client; changes: () => number }> {
    let changes = 0;
    const client = await connect({
      prepare: (created) =>
        created.setNotificationHandler(ToolListChangedNotificationSchema, () => {
          changes += 1;
        }),
    });
    return { client, changes: () => changes };
  }

  const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
  const servers = async (client: Client) => [...new Set((await names(client)).map((name) => name.split('__')[0]))];

  it('lists and calls the tools of each under its own guard, and the audit names the real ones', async () => {
    bench.target('prod').level = 'read-only';
    bench.target('prod').contextName = 'prod-eu';
    const client = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'berth' });
    expect(client.getInstructions()).toContain(
      '- dev: context test-context, guard full\n- prod: context prod-eu, guard read-only',
    );
    expect(client.getInstructions()).toContain('dev says:\nA fixture of the tests.');
    const listed = await client.listTools();
    expect(listed.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['dev__write_note', 'dev__echo', 'prod__echo']),
    );
    expect(listed.tools.map(({ name }) => name)).not.toContain('prod__write_note');
    expect(listed.tools.find(({ name }) => name === 'prod__echo')).toMatchObject({
      description: 'Answers its text',
      annotations: { title: 'Echo (prod)', readOnlyHint: true },
    });
    expect(await client.callTool({ name: 'dev__write_note', arguments: { text: 'here' } })).toMatchObject({
      content: [{ text: 'written' }],
    });
    const refused = await client.callTool({ name: 'prod__write_note', arguments: { text: 'there' } });
    expect(refused).toMatchObject({ isError: true });
    expect(JSON.stringify(refused.content)).toContain('write_note (server prod, context prod-eu, guard read-only)');
    const who = async (name: string) => (await client.callTool({ name, arguments: {} })).structuredContent;
    expect(await who('dev__whoami')).toMatchObject({ pid: bench.target('dev').pid, notes: ['here'] });
    expect(await who('prod__whoami')).toMatchObject({ pid: bench.target('prod').pid, notes: [] });
    expect(
      bench.calls
        .filter(({ tool }) => tool !== null)
        .map(({ slug, tool, context, outcome, client: by }) => [slug, tool, context, outcome, by]),
    ).toEqual([
      ['dev', 'write_note', 'test-context', 'ok', 'tester'],
      ['prod', 'write_note', 'prod-eu', 'refused', 'tester'],
      ['dev', 'whoami', 'test-context', 'ok', 'tester'],
      ['prod', 'whoami', 'prod-eu', 'ok', 'tester'],
    ]);
    expect(bench.seen[0]).toMatchObject({ slug: 'all', client: 'tester', clientInfo: { name: 'tester' } });
  });

  it('brings progress, cancellation and log lines of the server that they are of', async () => {
    const logged: unknown[] = [];
    const client = await connect({
      prepare: (created) =>
        created.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
          logged.push([params.logger, params.data]);
        }),
    });
    const steps: number[] = [];
    const abort = new AbortController();
    const taken = client.callTool({ name: 'prod__slow', arguments: { steps: 1000, stepMs: 20 } }, undefined, {
      signal: abort.signal,
      onprogress: ({ progress }) => {
        steps.push(progress);
        if (progress === 2) abort.abort('enough');
      },
    });
    await expect(taken).rejects.toThrow();
    expect(steps.slice(0, 2)).toEqual([1, 2]);
    expect(await bench.recorded(({ outcome }) => outcome === 'cancelled')).toMatchObject({
      slug: 'prod',
      tool: 'slow',
    });
    await client.setLoggingLevel('error');
    await client.callTool({ name: 'dev__say', arguments: { level: 'info', text: 'too quiet' } });
    await client.callTool({ name: 'dev__say', arguments: { level: 'error', text: 'loud' } });
    await expect.poll(() => logged).toEqual([['dev/fixture', 'loud']]);
  });

  it('keeps the session when one server is killed: the others go on, and it comes back by itself', async () => {
    const { client, changes } = await counting();
    expect(await servers(client)).toEqual(['dev', 'prod']);
    const lost = client.callTool({ name: 'dev__slow', arguments: { steps: 1000, stepMs: 20 } }, undefined, {
      onprogress: () => process.kill(bench.target('dev').pid ?? 0, 'SIGKILL'),
    });
    await expect(lost).rejects.toThrow('The server dev ended during this call');
    await expect.poll(changes).toBe(1);
    expect(await client.callTool({ name: 'prod__echo', arguments: { text: 'still here' } })).toMatchObject({
      content: [{ text: 'still here' }],
    });
    const waiting = client.callTool({ name: 'dev__echo', arguments: { text: 'back' } });
    await bench.target('dev').start();
    expect(await waiting).toMatchObject({ content: [{ text: 'back' }] });
    await expect.poll(changes).toBe(2);
    expect(await servers(client)).toEqual(['dev', 'prod']);
  });

  it('waits for no server that is down: it joins the list when it comes, and leaves it when it is removed', async () => {
    const late = bench.add('late');
    const { client, changes } = await counting();
    expect(await servers(client)).toEqual(['dev', 'prod']);
    await late.start();
    await expect.poll(changes).toBe(1);
    expect(await servers(client)).toEqual(['dev', 'prod', 'late']);
    const added = bench.add('added', fickle);
    await added.start();
    await expect.poll(changes).toBeGreaterThan(1);
    // A name on two pages is one tool.
    expect((await names(client)).filter((name) => name.startsWith('added__'))).toEqual([
      'added__first',
      'added__both',
      'added__second',
    ]);
    const before = changes();
    bench.targets.delete('late');
    await late.kill();
    await expect.poll(changes).toBeGreaterThan(before);
    expect(await servers(client)).toEqual(['dev', 'prod', 'added']);
    const gone = await client.callTool({ name: 'late__echo', arguments: { text: 'x' } });
    expect(gone).toMatchObject({ isError: true, _meta: { 'berth/error': { code: 'not-found' } } });
  });

  it('says why a server that has never been up in this session cannot be called, and keeps it in the audit', async () => {
    const down = bench.add('down');
    down.backend = () => Promise.reject(new BerthError('not-running', 'The server down is stopped.'));
    const client = await connect();
    await expect(client.callTool({ name: 'down__echo', arguments: { text: 'x' } })).rejects.toThrow('down is stopped');
    expect(bench.calls.at(-1)).toMatchObject({ slug: 'down', tool: 'echo', outcome: 'error' });
    expect(await servers(client)).toEqual(['dev', 'prod']);
  });

  it('brings what a server asks to the client, and the answer to the server that asked', async () => {
    for (const slug of ['dev', 'prod']) bench.target(slug).sharingMode = 'by-client';
    let asked = 0;
    const client = await connect({
      capabilities: { roots: {} },
      prepare: (created) =>
        created.setRequestHandler(ListRootsRequestSchema, () => {
          asked += 1;
          return { roots: [{ uri: `file:///root-${asked}` }] };
        }),
    });
    const ask = async (name: string) => (await client.callTool({ name, arguments: {} })).content;
    const both = [await ask('dev__ask_client'), await ask('prod__ask_client')];
    expect(JSON.stringify(both)).toContain('root-1');
    expect(JSON.stringify(both)).toContain('root-2');
    const together = await Promise.all([ask('dev__ask_client'), ask('prod__ask_client')]);
    expect(JSON.stringify(together)).toMatch(/root-3.*root-4|root-4.*root-3/);
  });

  it('holds a call at the guard ask for the person who looks after that server', async () => {
    bench.target('prod').level = 'ask';
    const asked: unknown[] = [];
    bench.approver = {
      ask: async ({ slug, tool, client }) => {
        asked.push([slug, tool, client]);
        return asked.length === 1 ? 'unanswered' : 'approved';
      },
    };
    const client = await connect();
    const call = () => client.callTool({ name: 'prod__write_note', arguments: { text: 'x' } });
    expect(await call()).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('waits for a person') }],
    });
    expect(await call()).toMatchObject({ content: [{ text: 'written' }] });
    expect(asked).toEqual([
      ['prod', 'write_note', 'tester'],
      ['prod', 'write_note', 'tester'],
    ]);
  });

  it('neither shows nor lets through a tool that is switched off on one server', async () => {
    const client = await connect();
    bench.target('dev').rules = { ...bench.target('dev').rules, tools: { echo: { blocked: 'it is off.' } } };
    expect((await names(client)).filter((name) => name.endsWith('__echo'))).toEqual(['prod__echo']);
    expect(await client.callTool({ name: 'dev__echo', arguments: { text: 'x' } })).toMatchObject({ isError: true });
    expect(await client.callTool({ name: 'prod__echo', arguments: { text: 'x' } })).toMatchObject({
      content: [{ text: 'x' }],
    });
  });

  it('finds and calls tools in the search mode, through the same guard', async () => {
    bench.target('prod').level = 'read-only';
    const client = await connect({ mode: 'search' });
    expect((await client.listTools()).tools).toMatchObject([
      { name: 'find_tool', annotations: { readOnlyHint: true } },
      { name: 'call_tool', annotations: { readOnlyHint: false, destructiveHint: true } },
    ]);
    const find = async (tool_description: string, tool_keywords: string[] = []) => {
      const { structuredContent, content } = await client.callTool({
        name: 'find_tool',
        arguments: { tool_description, tool_keywords },
      });
      expect(JSON.parse((content as { text: string }[])[0]?.text ?? '')).toEqual(structuredContent);
      return (structuredContent as { tools: Record<string, unknown>[] }).tools;
    };
    expect((await find('adds two numbers', ['sum']))[0]).toEqual({
      server: 'dev',
      context: 'test-context',
      name: 'dev__add',
      description: 'Adds two numbers',
      inputSchema: expect.objectContaining({ required: ['a', 'b'] }),
      also: [{ server: 'prod', context: 'test-context', name: 'prod__add' }],
    });
    // Of two servers that have it, the one that is named; what the guard keeps back is not found.
    expect((await find('add two numbers in prod'))[0]).toMatchObject({ name: 'prod__add' });
    expect((await find('write note'))[0]).toMatchObject({ name: 'dev__write_note' });
    expect((await find('write note'))[0]).not.toHaveProperty('also');
    const call = (tool_name: string, parameters: object) =>
      client.callTool({ name: 'call_tool', arguments: { tool_name, parameters } });
    expect(await call('prod__add', { a: 2, b: 3 })).toMatchObject({ structuredContent: { sum: 5 } });
    expect(await call('prod__write_note', { text: 'x' })).toMatchObject({ isError: true });
    expect(await call('nowhere__x', {})).toMatchObject({ _meta: { 'berth/error': { code: 'not-found' } } });
    expect(
      bench.calls
        .filter(({ method }) => method === 'tools/call')
        .map(({ slug, tool, outcome }) => [slug, tool, outcome]),
    ).toEqual([
      ['all', 'find_tool', 'ok'],
      ['all', 'find_tool', 'ok'],
      ['all', 'find_tool', 'ok'],
      ['all', 'find_tool', 'ok'],
      ['prod', 'add', 'ok'],
      ['prod', 'write_note', 'refused'],
      ['all', 'call_tool', 'refused'],
    ]);
  });
});

describe('all servers', () => {
  let bench: GatewayBench;
  const clients: Client[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open(['dev', 'prod'], { listWaitMs: 300 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await bench.dispose();
  });

  async function connect(options: Partial<AllClientOptions> = {}): Promise<Client> {
    const client = await connectAll(bench, { door: 'Streamable HTTP', bridge, ...options });
    clients.push(client);
    return client;
  }

  it('keep the list of a server that hangs, show the others at once, and bring what it says late', async () => {
    let changes = 0;
    const client = await connect({
      prepare: (created) =>
        created.setNotificationHandler(ToolListChangedNotificationSchema, () => {
          changes += 1;
        }),
    });
    const all = (await client.listTools()).tools.length;
    await client.callTool({ name: 'dev__change_tools', arguments: {} });
    await expect.poll(() => changes).toBe(1);
    await client.callTool({ name: 'dev__freeze', arguments: { ms: 1_500 } });
    const began = performance.now();
    expect((await client.listTools()).tools).toHaveLength(all);
    expect(performance.now() - began).toBeLessThan(1_400);
    expect(await client.callTool({ name: 'prod__echo', arguments: { text: 'x' } })).toMatchObject({
      content: [{ text: 'x' }],
    });
    await expect.poll(() => changes, { timeout: 5_000 }).toBe(2);
    expect((await client.listTools()).tools).toHaveLength(all + 1);
  });

  it('bring prompts and resources together, and tell two of the same URI apart', async () => {
    const client = await connect();
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['dev__greet', 'prod__greet']);
    expect((await client.getPrompt({ name: 'prod__greet' })).messages).toHaveLength(1);
    await expect(client.getPrompt({ name: 'greet' })).rejects.toThrow('no prompt greet');
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'berth:dev/fixture://greeting',
      'berth:prod/fixture://greeting',
    ]);
    const read = await client.readResource({ uri: 'berth:prod/fixture://greeting' });
    expect(read.contents).toMatchObject([{ uri: 'berth:prod/fixture://greeting', text: 'hello' }]);
    await expect(client.readResource({ uri: 'fixture://greeting' })).rejects.toThrow(
      'Several servers have a resource fixture://greeting. Ask for berth:dev/fixture://greeting or berth:prod/fixture://greeting.',
    );
    await expect(client.readResource({ uri: 'other://none' })).rejects.toThrow('No server in Berth lists');
    bench.targets.delete('prod');
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['fixture://greeting']);
    expect((await client.readResource({ uri: 'fixture://greeting' })).contents).toMatchObject([{ text: 'hello' }]);
    expect(bench.calls.filter(({ method }) => method === 'resources/read').map(({ slug }) => slug)).toEqual([
      'prod',
      'dev',
    ]);
  });

  it('follow the mode that the user sets, unless the client has chosen one', async () => {
    const changed: string[] = [];
    const listening = (name: string) => (created: Client) =>
      created.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changed.push(name);
      });
    const free = await connect({ name: 'free', prepare: listening('free') });
    const fixed = await connect({ name: 'fixed', mode: 'tools', prepare: listening('fixed') });
    bench.allMode = 'search';
    bench.gateway.followAllMode();
    const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
    expect(await names(free)).toEqual(['find_tool', 'call_tool']);
    expect(await names(fixed)).toContain('dev__echo');
    await expect.poll(() => changed).toEqual(['free']);
    // What a client knows from before goes on working, and the other way round.
    expect(await free.callTool({ name: 'dev__echo', arguments: { text: 'x' } })).toMatchObject({
      content: [{ text: 'x' }],
    });
    expect(await fixed.callTool({ name: 'find_tool', arguments: { tool_description: 'echo' } })).not.toMatchObject({
      isError: true,
    });
  });

  it('have names for tools that are too long or have characters that clients refuse, and calls find them', async () => {
    const odd = fileURLToPath(new URL('../../../fixtures/gateway/odd-names-server.mjs', import.meta.url));
    await bench.add('odd', odd).start();
    const listed = (await (await connect()).listTools()).tools.filter(({ name }) => name.startsWith('odd__'));
    expect(listed.every(({ name }) => /^[A-Za-z0-9_.-]{1,64}$/.test(name))).toBe(true);
    // Another session, that has listed nothing.
    const client = await connect({ name: 'other' });
    const answers = await Promise.all(listed.map(({ name }) => client.callTool({ name, arguments: {} })));
    expect(answers.map(({ content }) => (content as { text: string }[])[0]?.text)).toEqual(
      listed.map(({ description }) => description),
    );
  });

  it('answer what they are not asked rightly: bad arguments, unknown methods, and what is spelled so that a server could read it', async () => {
    const client = await connect();
    const call = (name: string, args: object) => client.callTool({ name, arguments: { ...args } });
    expect(await call('find_tool', {})).toMatchObject({ isError: true });
    expect(await call('find_tool', { tool_description: 7 })).toMatchObject({ isError: true });
    expect(await call('call_tool', { tool_name: 'dev__echo', parameters: 'x' })).toMatchObject({ isError: true });
    const odd = { method: 'tools/call', params: { name: 'dev__echo', Name: 'crash', arguments: {} } };
    const result = client.request(odd, (await import('zod')).z.looseObject({}) as never);
    expect(await result).toMatchObject({ isError: true, _meta: { 'berth/error': { code: 'refused' } } });
    const unknown = client.request({ method: 'tasks/list' }, (await import('zod')).z.looseObject({}) as never);
    await expect(unknown).rejects.toThrow('has no method tasks/list');
  });

  it('tell a client of the protocol without sessions to begin one', async () => {
    const client = new ClientV2({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { authorization: `Bearer ${tokenOf('v2')}` } };
    await client.connect(new HttpV2(bench.endpoint('all'), { requestInit }));
    expect(await client.callTool({ name: 'dev__echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
    });
    await client.close();
  });

  it('end with the tokens of their client, calls in flight included', async () => {
    const client = await connect({ name: 'revoked' });
    const call = client.callTool({ name: 'dev__slow', arguments: { steps: 1000, stepMs: 20 } }, undefined, {
      onprogress: () => bench.gateway.endClient('revoked'),
    });
    await expect(call).rejects.toThrow('were revoked');
    expect(await bench.recorded(({ tool }) => tool === 'slow')).toMatchObject({ slug: 'dev', outcome: 'error' });
  });
});
