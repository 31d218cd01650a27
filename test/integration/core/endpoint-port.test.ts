import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Status } from '../../../contract/model/status.ts';
import { EndpointAddress } from '../../../main/core/endpoint-address.ts';
import { Gateway } from '../../../main/core/gateway/gateway.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';

let sandbox: SandboxedCore | null = null;
let holder: Server | null = null;
/** What the other program was sent. */
let sent: (string | undefined)[] = [];

afterEach(async () => {
  await sandbox?.dispose();
  await release();
  sandbox = null;
});

/** Another program's server on this port, or on any. */
async function hold(port = 0): Promise<number> {
  sent = [];
  const server = createServer((request, response) => {
    sent.push(request.headers.authorization);
    response.end('not Berth');
  });
  holder = server;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function release(): Promise<void> {
  const server = holder;
  holder = null;
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
}

/** The status as soon as it fits. */
async function statusWhere({ core }: SandboxedCore, fits: (status: Status) => boolean): Promise<Status> {
  const reader = new AbortController();
  return await new Promise<Status>((resolve) => {
    void core.status.stream(() => {
      const status = core.status.current();
      if (!fits(status)) return;
      reader.abort();
      resolve(status);
    }, reader.signal);
  });
}

async function answers(url: string): Promise<unknown> {
  return await (await fetch(`${url}/healthz`)).json();
}

test('a port that another program holds is said, and taken as soon as it is free', async () => {
  const port = await hold();
  sandbox = await coreInSandbox({ port });
  const taken = sandbox.core.status.current();
  expect(taken.endpoint).toBeNull();
  expect(taken.problems).toMatchObject([{ code: 'port-in-use', message: expect.stringContaining(String(port)) }]);
  await release();
  const { endpoint } = await statusWhere(sandbox, (status) => status.endpoint !== null);
  expect(endpoint).toBe(`http://127.0.0.1:${port}`);
  expect(await answers(endpoint ?? '')).toEqual({ status: 'ok' });
});

test("whoever holds the port is not given Berth's own token", async () => {
  sandbox = await coreInSandbox({ port: await hold() });
  const { handlers } = sandbox.core;
  const context = { signal: new AbortController().signal };
  const args = JSON.stringify([fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url))]);
  await handlers['servers.add'](
    { preset: 'command', slug: 'one', context: 'none', options: { command: process.execPath, args } },
    context,
  );
  const [started] = await handlers['servers.start']({ slugs: ['one'], all: false, waitMs: 30_000 }, context);
  expect(started).toMatchObject({ state: 'ready', tools: null });
  await expect(handlers['servers.tools']({ slug: 'one' }, context)).rejects.toMatchObject({ code: 'port-in-use' });
  expect(sent.filter((authorization) => authorization !== undefined)).toEqual([]);
  await release();
  const open = await statusWhere(sandbox, ({ servers }) => servers[0]?.tools !== null);
  expect(open.servers).toMatchObject([{ slug: 'one', tools: expect.any(Number) }]);
});

test('a move to a port that is taken leaves the old one open, and can be taken back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-port-'));
  const gateway = new Gateway({
    port: 0,
    mcpSocket: join(folder, 'mcp', 'mcp.sock'),
    targets: { get: () => undefined, slugs: () => [], onDidChangeBackend: () => ({ dispose() {} }) },
    tokens: { revision: 0, verify: () => undefined },
    events: { onCall: () => {}, onClientSeen: () => {} },
    approver: { ask: async () => 'unanswered' },
    metrics: async () => ({ contentType: 'text/plain', text: 'some 1\n' }),
    version: '0',
    allMode: () => 'tools',
  });
  const first = await freePort();
  const address = new EndpointAddress(first, (port) => gateway.listen(port));
  try {
    await address.open();
    const former = address.url;
    await address.move(await hold());
    expect(address.error).toMatchObject({ code: 'port-in-use' });
    expect(await answers(former)).toEqual({ status: 'ok' });
    await address.move(first);
    expect(address.error).toBeNull();
    expect(await answers(address.url)).toEqual({ status: 'ok' });
    await address.move(await freePort());
    expect(await answers(address.url)).toEqual({ status: 'ok' });
    await expect(answers(former)).rejects.toThrow();
  } finally {
    await address.dispose();
    await gateway.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});
