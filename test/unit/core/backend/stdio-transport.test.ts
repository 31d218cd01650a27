import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { BerthError } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../../../main/core/backend/backend.ts';
import { connect } from '../../../../main/core/backend/connect.ts';
import { StdioTransport } from '../../../../main/core/backend/stdio-transport.ts';

const clientInfo = { name: 'berth', version: '0' };

function open(maxMessageBytes = 1_000) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const noise: string[] = [];
  const received: JsonRpcMessage[] = [];
  const closes: BerthError[] = [];
  const transport = new StdioTransport({ stdin, stdout, maxMessageBytes, onNoise: (line) => noise.push(line) });
  transport.onMessage((message) => received.push(message));
  transport.onClose((reason) => closes.push(reason));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const say = async (line: string) => {
    stdout.write(`${line}\n`);
    await settle();
  };
  return { stdin, stdout, transport, noise, received, closes, say, settle };
}

test.each([
  ['at the end, as the TypeScript SDK writes it', `{"result":{"x":"${'y'.repeat(2_000)}"},"jsonrpc":"2.0","id":7}`],
  ['at the beginning, as Go writes it', `{"jsonrpc":"2.0","id":7,"result":{"x":"${'y'.repeat(2_000)}"}}`],
])('an answer that is too large becomes an error for who waits for it: id %s', async (_where, line) => {
  const { say, received, transport } = open();
  await say(line);
  await say('{"jsonrpc":"2.0","method":"next"}');
  expect(received).toEqual([
    { jsonrpc: '2.0', id: 7, error: { code: -32603, message: expect.stringContaining('larger than 1000 bytes') } },
    { jsonrpc: '2.0', method: 'next' },
  ]);
  expect(transport.closed).toBeNull();
});

test('an id inside a string of an answer is not taken for its own', async () => {
  const { say, received, closes } = open();
  await say(`{"result":{"text":"${'y'.repeat(2_000)} ,\\"id\\":8}"},"jsonrpc":"2.0"}`);
  expect(received).toEqual([]);
  expect(closes.map(({ code }) => code)).toEqual(['too-large']);
});

test('endless noise is cut and does no harm', async () => {
  const { say, noise, closes } = open();
  await say('n'.repeat(5_000));
  expect(noise).toEqual([expect.stringMatching(/^n{1000}… \(5000 bytes/)]);
  expect(closes).toEqual([]);
});

test('a server that does not read its input is noticed', async () => {
  const { transport, stdin, settle } = open();
  const message = { jsonrpc: '2.0', method: 'x', params: 'p'.repeat(600) } as const;
  stdin.cork();
  transport.send(message);
  expect(() => transport.send(message)).toThrow(/does not read/);
  stdin.uncork();
  stdin.resume();
  await settle();
  expect(() => transport.send(message)).not.toThrow();
});

test('drained waits for a slow reader, and ends with the channel', async () => {
  const { transport, stdin, stdout } = open(10_000_000);
  transport.send({ jsonrpc: '2.0', method: 'x', params: 'p'.repeat(200_000) });
  let drained = false;
  const waiting = transport.drained().then(() => {
    drained = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(drained).toBe(false);
  stdin.resume();
  await waiting;
  stdin.pause();
  transport.send({ jsonrpc: '2.0', method: 'x', params: 'p'.repeat(200_000) });
  const closing = transport.drained();
  stdout.end();
  await closing;
  expect(transport.closed?.code).toBe('not-running');
  expect(() => transport.send({ jsonrpc: '2.0', method: 'x' })).toThrow('closed its output');
});

test.each([
  [{ error: { code: -1, message: 'no thanks' } }, 'start-failed'],
  [{ result: { capabilities: {} } }, 'protocol'],
  [{ result: { protocolVersion: '1999-01-01', capabilities: {}, serverInfo: {} } }, 'protocol'],
])('initialize answered with %j is refused as %s', async (answer, code) => {
  const { transport, say, stdin } = open();
  stdin.resume();
  const refused = expect(connect(transport, { clientInfo, timeoutMs: 5_000 })).rejects.toMatchObject({ code });
  await say(JSON.stringify({ jsonrpc: '2.0', id: 'berth:initialize:1', ...answer }));
  await refused;
});

test('a ping of the server is answered here, everything else is passed on', async () => {
  const { transport, say, stdin } = open();
  const sent: JsonRpcMessage[] = [];
  stdin.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) sent.push(JSON.parse(line));
  });
  const connecting = connect(transport, { clientInfo, timeoutMs: 5_000 });
  const result = {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 's', version: '1' },
    odd: 1,
  };
  await say(JSON.stringify({ jsonrpc: '2.0', id: 'berth:initialize:1', result }));
  const backend = await connecting;
  expect(backend.initializeResult).toEqual(result);
  const passed: JsonRpcMessage[] = [];
  backend.onMessage((message) => passed.push(message));
  await say('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  await say('{"jsonrpc":"2.0","id":2,"method":"roots/list"}');
  await say('{"jsonrpc":"2.0","id":"berth:ping:99","result":{}}');
  expect(passed.map(({ method }) => method)).toEqual(['roots/list']);
  expect(sent.map(({ method, id, result: answer }) => ({ method, id, result: answer }))).toEqual([
    { method: 'initialize', id: 'berth:initialize:1' },
    { method: 'notifications/initialized' },
    { id: 1, result: {} },
  ]);
});
