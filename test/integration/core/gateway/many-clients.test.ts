import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { openSession, post } from '../../../fixtures/gateway/raw-http.ts';

describe('many clients on one server', () => {
  let bench: GatewayBench;

  beforeAll(async () => {
    bench = await GatewayBench.open();
  });

  afterAll(() => bench.dispose());

  it('mixes up no answer and no progress, however their calls interleave', async () => {
    const step = fc.record({
      client: fc.nat(5),
      id: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('0', '1', 'a')),
      kind: fc.constantFrom('echo', 'slow', 'add'),
      wait: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const sessions = await Promise.all(Array.from({ length: 6 }, () => openSession(bench.endpoint())));
        const busy = new Set<string>();
        await Promise.all(
          steps.map(async ({ client, id, kind, wait }, index) => {
            // Within one session, ids in flight differ; over sessions they are the same on purpose.
            const key = `${client} ${JSON.stringify(id)}`;
            if (busy.has(key)) return;
            busy.add(key);
            const mark = `${client}-${index}`;
            const args = { echo: { text: mark }, add: { a: index, b: client }, slow: { steps: wait + 1, stepMs: 1 } }[
              kind
            ];
            const message = {
              jsonrpc: '2.0',
              id,
              method: 'tools/call',
              params: { name: kind, arguments: args, _meta: { progressToken: mark } },
            };
            const answer = await post(bench.endpoint(), message, sessions[client]);
            const messages = answer.json ? [answer.json] : eventsIn(answer.text);
            const last = messages.pop();
            expect(last?.['id']).toBe(id);
            const expected = { echo: mark, add: String(index + client), slow: `done after ${wait + 1} steps` }[kind];
            expect(JSON.stringify(last)).toContain(JSON.stringify(expected));
            const tokens = messages.map(({ params }) => (params as { progressToken: string }).progressToken);
            expect(tokens).toEqual(kind === 'slow' ? Array(wait + 1).fill(mark) : []);
          }),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('does not let a client that reads nothing hold up another', async () => {
    const sleeper = connect(bench.socket);
    sleeper.write('{"berth":1,"slug":"good","client":"sleeper"}\n');
    const hello = {
      jsonrpc: '2.0',
      id: 'i',
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} },
    };
    sleeper.write(`${JSON.stringify(hello)}\n`);
    await new Promise<void>((resolve) => createInterface({ input: sleeper }).once('line', () => resolve()));
    sleeper.pause();
    for (let id = 0; id < 20; id += 1) {
      sleeper.write(
        `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'big', arguments: { bytes: 1_000_000 } } })}\n`,
      );
    }
    await bench.recorded(({ client, tool }) => client === 'sleeper' && tool === 'big');
    const session = await openSession(bench.endpoint());
    const answer = await post(
      bench.endpoint(),
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'awake' } } },
      session,
    );
    expect(answer.json).toMatchObject({ result: { content: [{ text: 'awake' }] } });
    sleeper.destroy();
  });

  it('passes an answer of ten megabytes', async () => {
    const session = await openSession(bench.endpoint());
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'big', arguments: { bytes: 10_000_000 } },
    };
    const answer = await post(bench.endpoint(), call, session);
    const { result } = answer.json as unknown as { result: { content: { text: string }[] } };
    expect(result.content[0]?.text).toHaveLength(10_000_000);
  });
});

function eventsIn(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
}

describe('a bridge that asks for much at once', () => {
  it('gets every answer, and what it takes back is never begun', async () => {
    const bench = await GatewayBench.open(['good'], { maxInFlight: 3, softQueueBytes: 2_000 });
    const socket = connect(bench.socket);
    const lines = createInterface({ input: socket });
    const answers: Record<string, unknown>[] = [];
    const send = (message: unknown) => socket.write(`${JSON.stringify(message)}\n`);
    const echo = (id: number) =>
      send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text: `t${id}` } } });
    send({ berth: 1, slug: 'good', client: 'eager' });
    send({
      jsonrpc: '2.0',
      id: 'i',
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {} },
    });
    await new Promise<void>((resolve) => lines.on('line', (text) => text.includes('"id":"i"') && resolve()));
    const all = new Promise<void>((resolve) =>
      lines.on('line', (text) => {
        answers.push(JSON.parse(text) as Record<string, unknown>);
        if (answers.length === 199) resolve();
      }),
    );
    for (let id = 0; id < 100; id += 1) echo(id);
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } });
    for (let id = 100; id < 200; id += 1) echo(id);
    await all;
    expect(answers.map(({ id }) => id).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 200 }, (_, id) => id).filter((id) => id !== 99),
    );
    for (const { id, result } of answers) expect(result).toMatchObject({ content: [{ text: `t${id}` }] });
    socket.destroy();
    await bench.dispose();
  });
});
