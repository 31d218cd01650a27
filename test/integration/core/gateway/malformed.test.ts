import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { openSession, post } from '../../../fixtures/gateway/raw-http.ts';

describe('malformed requests', () => {
  let bench: GatewayBench;
  let before = 0;
  /** Of this process, in which the gateway runs; 0 where the system does not tell. */
  const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

  beforeAll(async () => {
    bench = await GatewayBench.open(['good'], { handshakeMs: 200 });
  });

  afterAll(() => bench.dispose());

  /** Sends the bytes, closes this end, and answers what came back. */
  function exchange(target: string | number, bytes: Buffer): Promise<string> {
    return new Promise((resolve) => {
      const socket = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.once('close', () => resolve(text));
      socket.end(bytes);
    });
  }

  const odd = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom('\r\n', '\0', '127.0.0.1', 'null', '-1', '{}', '[]', '\u2028'),
  );
  const message = fc.oneof(
    fc.json(),
    fc
      .record({
        jsonrpc: fc.constantFrom('2.0', '1.0', 2),
        id: fc.jsonValue(),
        method: fc.oneof(odd, fc.jsonValue()),
        params: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
    odd,
  );

  it('end in an error each, and in nothing else', async () => {
    before = openFiles();
    const port = Number(new URL(bench.url).port);
    const session = await openSession(bench.endpoint());
    const known = {
      host: '127.0.0.1',
      authorization: 'Bearer secret-tester',
      'content-type': 'application/json',
      ...session,
    };
    const header = fc.tuple(
      fc.constantFrom(...Object.keys(known), 'accept', 'origin', 'content-length', 'transfer-encoding', 'expect'),
      odd,
    );
    const request = fc
      .record({
        method: fc.oneof(fc.constantFrom('POST', 'GET', 'DELETE', 'CONNECT', 'PATCH'), odd),
        path: fc.oneof(fc.constantFrom('/good/mcp', '/', '/healthz', '*'), odd),
        changed: fc.array(header, { maxLength: 3 }),
        body: message,
      })
      .map(({ method, path, changed, body }) => {
        const headers = {
          ...known,
          'content-length': String(Buffer.byteLength(body)),
          connection: 'close',
          ...Object.fromEntries(changed),
        };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
        return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
      });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          request,
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        ),
        async (bytes) => {
          const answer = await exchange(port, bytes);
          if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (100|200|202|204|4\d\d|5\d\d) /);
          expect(answer).not.toMatch(/^HTTP\/1\.1 500 /);
        },
      ),
      { numRuns: 8_000 },
    );
  });

  it('end in an error each on the socket too', async () => {
    const hello = '{"berth":1,"slug":"good","client":"fuzz"}\n';
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(message, { maxLength: 5 }), async (greets, lines) => {
        const answer = await exchange(bench.socket, Buffer.from(`${greets ? hello : ''}${lines.join('\n')}\n`));
        for (const line of answer.split('\n').filter(Boolean)) expect(JSON.parse(line)).toBeTypeOf('object');
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave everything working, and nothing open', async () => {
    const session = await openSession(bench.endpoint());
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'alive' } },
    };
    expect((await post(bench.endpoint(), call, session)).json).toMatchObject({
      result: { content: [{ text: 'alive' }] },
    });
    // The session's connection, and the like.
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThan(before + 10);
  });
});
