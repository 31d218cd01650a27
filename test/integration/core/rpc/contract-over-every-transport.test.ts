import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BerthError } from '../../../../contract/errors.ts';
import type { Connection, FrameToCore } from '../../../../contract/frames.ts';
import type { LogLine } from '../../../../contract/model/log.ts';
import { RpcClient } from '../../../../contract/rpc-client.ts';
import { connectControl } from '../../../../main/cli/control-connection.ts';
import { ControlSocket } from '../../../../main/core/rpc/control-socket.ts';
import type { Dispatcher } from '../../../../main/core/rpc/dispatcher.ts';
import { UiServer } from '../../../../main/headless/ui-server.ts';
import { freePort } from '../../../e2e/support/free-port.ts';
import { type SmallCore, smallCore } from '../../../fixtures/rpc/small-core.ts';

interface Opened {
  connection: Connection<FrameToCore, unknown>;
  close(): Promise<void>;
}

/** The same frames over memory (as Electron's IPC passes structured values), the control socket and WebSocket. */
const transports: Record<string, (dispatcher: Dispatcher) => Promise<Opened>> = {
  memory: async (dispatcher) => {
    const [ui, core] = pipe();
    dispatcher.accept(core as never);
    return { connection: ui as never, close: async () => ui.close() };
  },
  'control socket': async (dispatcher) => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-rpc-'));
    const path = join(folder, 's', 'control.sock');
    const server = await ControlSocket.claim(path);
    server.serve(dispatcher);
    return {
      connection: await connectControl(path),
      close: async () => {
        await server.dispose();
        await rm(folder, { recursive: true });
      },
    };
  },
  WebSocket: async (dispatcher) => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-rpc-'));
    const server = await UiServer.listen({ port: await freePort(), folder, dispatcher });
    const login = await fetch(server.oneTimeUrl());
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const base = `127.0.0.1:${server.port}`;
    const socket = new WebSocket(`ws://${base}/ws`, { origin: `http://${base}`, headers: { cookie } });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return {
      connection: webSocketAsConnection(socket),
      close: async () => {
        await server.dispose();
        await rm(folder, { recursive: true });
      },
    };
  },
};

describe.each(Object.keys(transports))('the contract over %s', (name) => {
  let core: SmallCore;
  let opened: Opened;
  let client: RpcClient;

  beforeEach(async () => {
    core = smallCore();
    opened = await (transports[name] as (dispatcher: Dispatcher) => Promise<Opened>)(core.dispatcher);
    client = new RpcClient(opened.connection);
  });
  afterEach(async () => {
    client.close();
    await opened.close();
    expect(core.dispatcher.connections).toBe(0);
  });

  it('answers hello first and refuses everything before it', async () => {
    await expect(client.call('app.open')).rejects.toMatchObject({ code: 'protocol' });
    expect(await client.hello('test')).toMatchObject({ contract: 1, version: '1.2.3' });
    expect(await client.call('app.open')).toEqual({ url: 'http://127.0.0.1:1/auth?code=ü' });
  });

  it('refuses a peer of another contract', async () => {
    await expect(client.call('app.hello', { contract: 999, who: 'x' })).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('999'),
    });
  });

  it('passes errors whole, and hides nothing of a defect from its log', async () => {
    await client.hello('test');
    await expect(client.call('servers.remove', { slug: 'x' })).rejects.toMatchObject({
      code: 'not-found',
      hint: 'See berth servers.',
      details: { slug: 'x' },
    });
    await expect(client.call('servers.list')).rejects.toMatchObject({ code: 'internal', message: 'a bug' });
    await expect(client.call('servers.get', { slug: 'x' })).rejects.toMatchObject({ code: 'internal' });
    expect(core.defects).toEqual([
      'servers.list: TypeError: a bug',
      expect.stringContaining('servers.get: Error: the answer of servers.get does not fit the contract'),
    ]);
  });

  it('validates input and names what is wrong', async () => {
    await client.hello('test');
    await expect(client.call('servers.remove', { slug: 7 } as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('slug'),
    });
    await expect(client.call('no.such' as 'app.status')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('cancels a call', async () => {
    await client.hello('test');
    const controller = new AbortController();
    const call = client.call('contexts.use', { context: 'a' }, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(await core.aborted).toBe('contexts.use');
  });

  it('ends what a connection started when it closes', async () => {
    await client.hello('test');
    const ended = new Promise<BerthError | null>((resolve) =>
      client.subscribe('status', undefined, { onItem() {}, onEnd: resolve }),
    );
    await client.call('app.open');
    client.close();
    expect(await ended).toMatchObject({ code: 'not-running' });
    expect(await core.aborted).toBe('status');
    await expect(client.call('app.open')).rejects.toMatchObject({ code: 'not-running' });
  });

  it('streams all items in order to a reader that keeps up', async () => {
    await client.hello('test');
    const { items, dropped, error } = await collect(client, 5_000);
    expect(error).toBeNull();
    expect(dropped).toBe(0);
    expect(items.map((item) => item.seq)).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });

  it('ends a stream with its error', async () => {
    await client.hello('test');
    const error = await new Promise((resolve) =>
      client.subscribe('doctor', undefined, { onItem() {}, onEnd: resolve }),
    );
    expect(error).toMatchObject({ code: 'not-found' });
    const broken = await new Promise((resolve) =>
      client.subscribe('inspector.call', { slug: 'x', tool: 'y' }, { onItem() {}, onEnd: resolve }),
    );
    expect(broken).toMatchObject({ code: 'internal' });
  });
});

async function collect(client: RpcClient, tail: number) {
  const items: LogLine[] = [];
  let dropped = 0;
  const error = await new Promise<BerthError | null>((resolve) => {
    client.subscribe(
      'logs',
      { tail },
      {
        onItem: (item) => items.push(item),
        onDropped: (count) => {
          dropped += count;
        },
        onEnd: resolve,
      },
    );
  });
  return { items, dropped, error };
}

function pipe() {
  const make = () => ({
    send: (_frame: unknown) => {},
    close: () => {},
    onFrame: (_frame: unknown) => {},
    onClose: (_reason: string) => {},
  });
  const a = make();
  const b = make();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    a.onClose('closed');
    b.onClose('closed');
  };
  a.send = (frame) => queueMicrotask(() => open && b.onFrame(structuredClone(frame)));
  b.send = (frame) => queueMicrotask(() => open && a.onFrame(structuredClone(frame)));
  a.close = close;
  b.close = close;
  return [a, b] as const;
}

function webSocketAsConnection(socket: WebSocket): Connection<FrameToCore, unknown> {
  const connection: Connection<FrameToCore, unknown> = {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(),
    onFrame: () => {},
    onClose: () => {},
  };
  socket.on('message', (data) => connection.onFrame(JSON.parse(data.toString())));
  socket.on('close', () => connection.onClose('closed'));
  return connection;
}
