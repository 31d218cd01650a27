import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holderOf } from '../../../../main/core/gateway/port-holder.ts';
import { GatewayBench } from '../../../fixtures/gateway/gateway-bench.ts';
import { raw } from '../../../fixtures/gateway/raw-http.ts';

describe('the doors', () => {
  let bench: GatewayBench;
  const open: (Server | ReturnType<typeof createTcp> | Socket)[] = [];

  beforeEach(async () => {
    bench = await GatewayBench.open([]);
  });

  afterEach(async () => {
    for (const item of open.splice(0)) 'destroy' in item ? item.destroy() : item.close();
    await bench.dispose();
  });

  async function occupy(server: Server | ReturnType<typeof createTcp>): Promise<number> {
    server.listen(0, '127.0.0.1');
    open.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('names another Berth that has the port', async () => {
    const other = await GatewayBench.open([]);
    const port = Number(new URL(other.url).port);
    await expect(bench.gateway.listen(port)).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining('another Berth'),
    });
    await other.dispose();
    expect(await bench.gateway.listen(port)).toEqual({ url: `http://127.0.0.1:${port}` });
  });

  it.runIf(process.platform === 'linux')(
    'names the program that has the port, also one that answers no HTTP',
    async () => {
      for (const server of [createServer((_request, response) => response.end('hi')), createTcp(() => {})]) {
        const port = await occupy(server);
        expect(await holderOf(port)).toMatchObject({ pid: process.pid });
        await expect(bench.gateway.listen(port)).rejects.toMatchObject({
          code: 'port-in-use',
          message: expect.stringContaining(`pid ${process.pid}`),
          details: { pid: process.pid },
        });
      }
      expect(await holderOf(1)).toBeNull();
    },
  );

  it('moves to another port, and the former one is free', async () => {
    const former = bench.url;
    const { url } = await bench.gateway.listen(0);
    expect((await raw(`${url}/healthz`)).status).toBe(200);
    await expect(raw(`${former}/healthz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('listens on 127.0.0.1 only', async () => {
    const port = Number(new URL(bench.url).port);
    const socket = connect({ port, host: '127.0.0.2' });
    open.push(socket);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('keeps the bridge’s socket to this user', async () => {
    expect((await stat(bench.socket)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(bench.socket))).mode & 0o777).toBe(0o700);
  });

  it('replaces a socket that a crash left behind, and no other', async () => {
    const other = await GatewayBench.open([]);
    await other.gateway.dispose();
    await mkdir(dirname(other.socket), { recursive: true });
    await writeFile(other.socket, '');
    await other.reopen();
    expect((await greet(other.socket, { berth: 1, slug: 'none', client: 'x' })).error).toMatchObject({
      code: 'not-found',
    });
    await expect(other.reopen()).rejects.toMatchObject({ code: 'conflict' });
    await other.dispose();
  });

  async function greet(
    path: string,
    hello: unknown,
  ): Promise<{ ok?: boolean; error?: { code: string; hint?: string } }> {
    const socket = connect(path);
    open.push(socket);
    socket.write(`${typeof hello === 'string' ? hello : JSON.stringify(hello)}\n`);
    const [line] = (await once(createInterface({ input: socket }), 'line')) as [string];
    return JSON.parse(line);
  }

  it('refuses a bridge that does not say who it is as it should', async () => {
    expect((await greet(bench.socket, 'hello')).error).toMatchObject({ code: 'protocol' });
    expect((await greet(bench.socket, { slug: 'good' })).error).toMatchObject({ code: 'protocol' });
    expect((await greet(bench.socket, { berth: 2, slug: 'good', client: 'x' })).error).toMatchObject({
      code: 'protocol',
      hint: expect.stringContaining('Install'),
    });
    expect((await greet(bench.socket, { berth: 1, slug: 'good', client: '../x' })).error).toMatchObject({
      code: 'protocol',
    });
    await bench.add('good').start();
    expect(await greet(bench.socket, { berth: 1, slug: 'good', client: 'x' })).toMatchObject({ berth: 1, ok: true });
  });

  it('hangs up on a connection that says nothing', async () => {
    await bench.dispose();
    bench = await GatewayBench.open([], { handshakeMs: 30 });
    const socket = connect(bench.socket);
    open.push(socket);
    await once(socket, 'close');
  });
});
