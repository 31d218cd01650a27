import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { openSession, post } from '../../../fixtures/gateway/raw-http.ts';

describe('the guard on a real server', () => {
  let bench: GatewayBench;
  let session: Record<string, string>;
  let id = 0;

  beforeEach(async () => {
    bench = await GatewayBench.open();
    bench.target().level = 'read-only';
    session = await openSession(bench.endpoint());
  });

  afterEach(() => bench.dispose());

  async function ask(method: string, params: object = {}) {
    id += 1;
    const answer = await post(bench.endpoint(), { jsonrpc: '2.0', id, method, params }, session);
    return answer.json?.['result'] as { tools?: { name: string }[]; content?: { text: string }[]; isError?: boolean };
  }

  const call = (name: string, args: object = {}) => ask('tools/call', { name, arguments: args });
  const names = async () => (await ask('tools/list')).tools?.map(({ name }) => name);
  const written = async () => (await ask('tools/call', { name: 'whoami', arguments: {} })).content?.[0]?.text;

  it('lets no request pass that only lacks its id, since a careless server could carry it out', async () => {
    const forged = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'write_note', arguments: { text: 'x' } } };
    expect((await post(bench.endpoint(), forged, session)).status).toBe(202);
    expect(await written()).toContain('"notes":[]');
    const called = bench
      .target()
      .sent.flatMap(({ message }) => (message.method === 'tools/call' ? [message.params] : []));
    expect(called).toMatchObject([{ name: 'whoami' }]);
  });

  it('lists and lets through only what is certainly read-only', async () => {
    expect(await names()).toContain('echo');
    expect(await names()).not.toEqual(expect.arrayContaining(['write_note']));
    expect(await names()).not.toEqual(expect.arrayContaining(['unannotated']));
    expect(await call('echo', { text: 'hi' })).toMatchObject({ content: [{ text: 'hi' }] });
    for (const tool of ['write_note', 'delete_note', 'unannotated', 'crash']) {
      const refused = await call(tool, { text: 'x', name: 'x' });
      expect(refused.isError).toBe(true);
      expect(refused.content?.[0]?.text).toMatch(
        /^Berth refused the tool \w+ \(server good, context test-context, guard read-only\)/,
      );
      expect(refused.content?.[0]?.text).toContain('berth set good --guard full');
    }
    expect(await written()).toContain('"notes":[]');
    expect(bench.calls.filter(({ outcome }) => outcome === 'refused').map(({ tool }) => tool)).toEqual([
      'write_note',
      'delete_note',
      'unannotated',
      'crash',
    ]);
  });

  it('refuses a tool that the server does not list, even if the server would take it', async () => {
    const refused = await call('extra');
    expect(refused.content?.[0]?.text).toContain('the server lists no tool of this name');
    await call('change_tools');
    expect((await call('extra')).content?.[0]?.text).toBe('done');
  });

  it('follows a raised guard with the next call', async () => {
    expect((await call('write_note', { text: 'a' })).isError).toBe(true);
    bench.target().level = 'full';
    expect(await call('write_note', { text: 'a' })).toMatchObject({ content: [{ text: 'written' }] });
    expect(await names()).toContain('delete_note');
  });

  it('at ask, lists everything, lets reading pass, and carries out what a person approves', async () => {
    bench.target().level = 'ask';
    const asked: unknown[] = [];
    let decision: 'approved' | 'denied' | 'unanswered' = 'unanswered';
    bench.approver = {
      ask: async ({ slug, context, client, tool, args }) => {
        asked.push({ slug, context, client, tool, args });
        return decision;
      },
    };
    expect(await names()).toEqual(expect.arrayContaining(['echo', 'write_note', 'unannotated']));
    expect(await call('echo', { text: 'hi' })).toMatchObject({ content: [{ text: 'hi' }] });
    expect(asked).toEqual([]);

    const waiting = await call('write_note', { text: 'a' });
    expect(waiting).toMatchObject({ isError: true });
    expect(waiting.content?.[0]?.text).toMatch(/waits for a person's approval in Berth.*repeat it unchanged/);
    decision = 'denied';
    expect((await call('write_note', { text: 'a' })).content?.[0]?.text).toContain('A person denied this call');
    expect(await written()).toContain('"notes":[]');
    decision = 'approved';
    expect(await call('write_note', { text: 'a' })).toMatchObject({ content: [{ text: 'written' }] });
    expect(await written()).toContain('"notes":["a"]');
    const question = {
      slug: 'good',
      context: 'test-context',
      client: 'tester',
      tool: 'write_note',
      args: { text: 'a' },
    };
    expect(asked).toEqual([question, question, question]);
    expect((await call('extra')).content?.[0]?.text).toContain('the server lists no tool of this name');
    expect(asked).toHaveLength(3);
  });

  it('asks again when another context serves by the time that a person approved, and refuses when the guard was tightened', async () => {
    const target = bench.target();
    target.level = 'ask';
    const asked: (string | null)[] = [];
    bench.approver = {
      ask: async ({ context }) => {
        asked.push(context);
        if (asked.length === 1) target.contextName = 'other-context';
        if (asked.length === 3) target.level = 'read-only';
        return 'approved';
      },
    };
    expect(await call('write_note', { text: 'a' })).toMatchObject({ content: [{ text: 'written' }] });
    expect(asked).toEqual(['test-context', 'other-context']);
    expect((await call('write_note', { text: 'b' })).content?.[0]?.text).toContain('guard read-only');
    expect(await written()).toContain('"notes":["a"]');
  });

  it('follows what the preset says against the server’s hints', async () => {
    bench.target().rules = {
      tools: { echo: { readOnly: false }, unannotated: { readOnly: true }, whoami: { blocked: 'it shows too much' } },
      commandLines: {},
    };
    expect(await names()).toEqual(expect.arrayContaining(['unannotated', 'add']));
    expect(await names()).not.toEqual(expect.arrayContaining(['echo']));
    expect((await call('echo', { text: 'x' })).isError).toBe(true);
    expect(await call('unannotated')).toMatchObject({ content: [{ text: 'done' }] });
    bench.target().level = 'full';
    expect((await call('whoami')).content?.[0]?.text).toContain('it shows too much');
    expect(await names()).not.toEqual(expect.arrayContaining(['whoami']));
  });

  it('judges what it sends: a doubled key, a name in another case, a name of the language', async () => {
    const doubled =
      '{"jsonrpc":"2.0","id":901,"method":"tools/list","method":"tools/call","params":{"name":"echo","name":"write_note","arguments":{"text":"x"}}}';
    expect((await post(bench.endpoint(), doubled, session)).text).toContain('Berth refused the tool write_note');
    for (const name of ['Write_Note', 'constructor', '__proto__', 'toString', '', ' echo']) {
      expect((await call(name, { text: 'x' })).isError, name).toBe(true);
    }
    expect(await written()).toContain('"notes":[]');
  });

  it('reads all pages, believes the stricter of two hints, and is not held up by a list that always changes', async () => {
    const script = fileURLToPath(new URL('../../../fixtures/gateway/fickle-server.mjs', import.meta.url));
    const target = bench.add('fickle', script);
    target.level = 'read-only';
    await target.start();
    const own = await openSession(bench.endpoint('fickle'));
    const verdict = async (name: string) => {
      id += 1;
      const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } };
      const events = await post(bench.endpoint('fickle'), message, { ...own, accept: 'application/json' });
      return (events.json?.['result'] as { content: { text: string }[] } | undefined)?.content[0]?.text;
    };
    expect(await verdict('first')).toBe('first');
    expect(await verdict('second')).toBe('second');
    expect(await verdict('both')).toContain('this tool is not certainly read-only');
    expect(await verdict('third')).toContain('the server lists no tool of this name');
  });

  it('judges what a server reads that takes names in any case, as those in Go do', async () => {
    const script = fileURLToPath(new URL('../../../fixtures/gateway/caseless-server.mjs', import.meta.url));
    const target = bench.add('caseless', script);
    target.level = 'read-only';
    await target.start();
    const own = await openSession(bench.endpoint('caseless'));
    const send = (message: object) => post(bench.endpoint('caseless'), { jsonrpc: '2.0', ...message }, own);
    for (const other of ['Name', 'NAME', 'Arguments', 'argument\u017f', '_Meta']) {
      const params = { name: 'read', arguments: {}, [other]: 'write' };
      const { json } = await send({ id: other, method: 'tools/call', params });
      expect(json?.['result'], other).toMatchObject({ isError: true });
      expect(JSON.stringify(json), other).toContain(`must be written`);
    }
    target.level = 'full';
    target.rules = { tools: { write: { blocked: 'it breaks things' } }, commandLines: {} };
    const listed = await send({ id: 'list', method: 'tools/call', params: { name: ['write'], arguments: {} } });
    expect(listed.json?.['result']).toMatchObject({ isError: true });
    const params = { name: 'write', arguments: {} };
    expect((await send({ method: 'notifications/x', Method: 'tools/call', Id: 7, Params: params })).status).toBe(202);
    expect((await send({ id: 8, method: 'ping', Method: 'tools/call', Params: params })).status).toBe(200);
    const { json } = await send({ id: 'last', method: 'tools/call', params: { name: 'read', arguments: {} } });
    expect(json?.['result']).toEqual({ content: [{ type: 'text', text: 'read' }] });
    expect(bench.calls.filter(({ outcome }) => outcome === 'refused')).toHaveLength(6);
  });
});
