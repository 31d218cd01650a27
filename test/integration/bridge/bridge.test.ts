import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../fixtures/gateway/bridge-process.ts';
import { bundle } from '../../fixtures/gateway/bundle.ts';
import { GatewayBench } from '../../fixtures/gateway/gateway-bench.ts';

const goodServer = fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url));

describe('the stdio bridge', () => {
  let folder: string;
  let program: string;
  let gatewayProgram: string;
  let bench: GatewayBench;
  const bridges: BridgeProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-bridge-'));
    [program, gatewayProgram] = await Promise.all([
      bundle('main/bridge/bridge.ts', folder),
      bundle('test/fixtures/gateway/gateway-process.ts', folder),
    ]);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    bench = await GatewayBench.open();
  });

  afterEach(async () => {
    for (const bridge of bridges.splice(0)) await bridge.close();
    await bench.dispose();
  });

  function start(args: string[] = [], env: Record<string, string> = {}): BridgeProcess {
    const bridge = new BridgeProcess(program, ['connect', 'good', '--socket', bench.socket, ...args], env);
    bridges.push(bridge);
    return bridge;
  }

  it('serves the official client, under the name that it was given', async () => {
    const client = new Client({ name: 'desktop', version: '1.0.0' });
    const args = [program, 'connect', 'good', '--client', 'claude-desktop', '--socket', bench.socket];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const steps: number[] = [];
    await client.callTool({ name: 'slow', arguments: { steps: 3, stepMs: 20 } }, undefined, {
      onprogress: ({ progress }) => steps.push(progress),
    });
    // Over stdio this client drops progress that comes in one piece with the answer.
    expect(steps.slice(0, 2)).toEqual([1, 2]);
    await client.close();
    expect(bench.calls.at(-1)).toMatchObject({ client: 'claude-desktop', tool: 'slow', outcome: 'ok' });
    expect(bench.seen[0]).toEqual({
      slug: 'good',
      client: 'claude-desktop',
      clientInfo: { name: 'desktop', version: '1.0.0' },
    });
  });

  it('keeps the session while Berth is restarted, and says what became of the call in flight', async () => {
    const bridge = start();
    await bridge.initialize();
    const before = await bridge.call(1, 'whoami');
    const lost = bridge.call(2, 'slow', { steps: 1000, stepMs: 10 }, { progressToken: 'p' });
    await bridge.arrived(({ method }) => method === 'notifications/progress');
    await bench.gateway.dispose();
    expect(await lost).toMatchObject({ error: { code: -32000 } });
    const waiting = bridge.call(3, 'whoami');
    await bench.reopen();
    expect(pidIn(await waiting)).toBe(pidIn(before));
    expect(pidIn(before)).toBe(bench.target().pid);
    await bridge.arrived(({ method }) => method === 'notifications/tools/list_changed');
    expect(bench.seen.filter(({ clientInfo }) => clientInfo?.name === 'test').length).toBeGreaterThanOrEqual(2);
    expect(bridge.messages.filter(({ id }) => id === 'init')).toHaveLength(1);
    expect(bridge.noise).toEqual([]);
  });

  it('forgets a request that the client took back, whatever becomes of Berth', async () => {
    const bridge = start();
    await bridge.initialize();
    void bridge.call(1, 'slow', { steps: 1000, stepMs: 10 }, { progressToken: 'p' });
    await bridge.arrived(({ method }) => method === 'notifications/progress');
    bridge.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } });
    await bench.recorded(({ outcome }) => outcome === 'cancelled');
    await bench.gateway.dispose();
    await bench.reopen();
    await bridge.call(2, 'whoami');
    expect(bridge.messages.filter(({ id }) => id === 1)).toEqual([]);
  });

  it('fails the call in flight when the connection breaks without a word', async () => {
    const relayed = join(folder, 'r', 'relay.sock');
    await mkdir(dirname(relayed), { mode: 0o700 });
    const { connect } = await import('node:net');
    const open = new Set<{ destroy(): void }>();
    const relay = createServer((socket) => {
      const upstream = connect(bench.socket);
      open.add(socket).add(upstream);
      socket.pipe(upstream).pipe(socket);
      socket.on('error', () => {});
      upstream.on('error', () => {});
    });
    relay.listen(relayed);
    await once(relay, 'listening');
    const bridge = start(['--socket', relayed]);
    await bridge.initialize();
    const lost = bridge.call(1, 'slow', { steps: 1000, stepMs: 10 }, { progressToken: 'p' });
    await bridge.arrived(({ method }) => method === 'notifications/progress');
    for (const socket of open) socket.destroy();
    expect(JSON.stringify(await lost)).toContain('The connection to Berth was lost during this call.');
    expect(await bridge.call(2, 'echo', { text: 'again' })).toMatchObject({ result: { content: [{ text: 'again' }] } });
    await bridge.close();
    for (const socket of open) socket.destroy();
    relay.close();
  });

  it('answers every request with what to do when Berth does not run and cannot be started', async () => {
    await bench.gateway.dispose();
    const bridge = start(['--wait', '0.3']);
    const answer = await bridge.initialize();
    expect(answer).toMatchObject({ error: { code: -32000, data: { berth: { code: 'not-running' } } } });
    expect(JSON.stringify(answer)).toContain('berth serve');
    expect(await bridge.call(1, 'echo', { text: 'x' })).toMatchObject({ error: { code: -32000 } });
    expect(await bridge.close()).toBe(0);
    expect(bridge.noise).toEqual([]);
  });

  /** A command that starts a gateway on the socket, as Berth would be started, and where its pid then stands. */
  function startCommand(socket: string, name: string): { env: Record<string, string>; pidFile: string } {
    const pidFile = join(folder, `${name}.pid`);
    const lines = [
      `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`,
      "process.argv.splice(1, 0, 'gateway');",
      `import(${JSON.stringify(gatewayProgram)});`,
    ];
    const command = [process.execPath, '-e', lines.join(' '), socket, goodServer];
    return { env: { BERTH_START_COMMAND: JSON.stringify(command) }, pidFile };
  }

  async function end(pidFile: string): Promise<void> {
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  }

  it('starts Berth when it does not run, and does not take it along when it ends', async () => {
    const socket = join(folder, 'own', 'mcp.sock');
    const { env, pidFile } = startCommand(socket, 'first');
    const bridge = start(['--socket', socket], env);
    await bridge.initialize();
    expect(await bridge.call(1, 'echo', { text: 'up' })).toMatchObject({ result: { content: [{ text: 'up' }] } });
    expect(await bridge.close()).toBe(0);
    await end(pidFile);
  });

  it('brings Berth back when it was quit and a call needs it', async () => {
    const { env, pidFile } = startCommand(bench.socket, 'again');
    const bridge = start([], env);
    await bridge.initialize();
    await bench.gateway.dispose();
    await bridge.said('The connection to Berth was lost');
    expect(await bridge.request('p', 'ping')).toMatchObject({ result: {} });
    expect(existsSync(pidFile)).toBe(false);
    expect(await bridge.call(1, 'echo', { text: 'back' })).toMatchObject({ result: { content: [{ text: 'back' }] } });
    await bridge.close();
    await end(pidFile);
  });

  it('says that there is no such server, and works once there is', async () => {
    const bridge = new BridgeProcess(program, ['connect', 'later', '--socket', bench.socket]);
    bridges.push(bridge);
    expect(await bridge.initialize()).toMatchObject({ error: { data: { berth: { code: 'not-found' } } } });
    await bench.add('later').start();
    const again = await bridge.request('again', 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: {},
    });
    expect(again).toMatchObject({ result: { protocolVersion: '2025-06-18' } });
  });

  it('trusts no socket in a folder that others may write', async () => {
    const shared = join(folder, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o777);
    const server = createServer((socket) => socket.write('{"berth":1,"ok":true}\n')).listen(join(shared, 'mcp.sock'));
    await once(server, 'listening');
    const bridge = start(['--socket', join(shared, 'mcp.sock')]);
    expect(await bridge.initialize()).toMatchObject({ error: { data: { berth: { code: 'refused' } } } });
    await bridge.close();
    server.close();
  });

  it('ends when the client closes its end, also in the middle of a call', async () => {
    const idle = start();
    await idle.initialize();
    expect(await idle.close()).toBe(0);
    const busy = start();
    await busy.initialize();
    busy.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'slow', arguments: { steps: 1000, stepMs: 10 }, _meta: { progressToken: 1 } },
    });
    await busy.arrived(({ method }) => method === 'notifications/progress');
    expect(await busy.close()).toBe(0);
    expect(await bench.recorded(({ outcome }) => outcome === 'cancelled')).toMatchObject({ tool: 'slow' });
  });

  it('ends quietly when nobody reads its answers any more', async () => {
    const bridge = start();
    await bridge.initialize();
    const exited = once(bridge.child, 'exit');
    bridge.child.stdout.destroy();
    bridge.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    bridge.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    await exited;
    expect(bridge.child.exitCode).toBe(0);
    expect(bridge.stderr).not.toContain('EPIPE');
  });

  it('explains wrong usage on stderr', async () => {
    const bridge = new BridgeProcess(program, ['connect']);
    await once(bridge.child, 'exit');
    expect(bridge.child.exitCode).toBe(2);
    expect(bridge.stderr).toContain('Usage: bridge connect SLUG');
  });

  it('answers what is not JSON, and carries on', async () => {
    const bridge = start();
    bridge.send('{not json');
    expect(await bridge.arrived(({ id }) => id === null)).toMatchObject({ error: { code: -32700 } });
    expect(await bridge.initialize()).toMatchObject({ result: { serverInfo: { name: 'berth-fixture-good' } } });
  });
});

function pidIn(answer: Record<string, unknown>): unknown {
  return (answer['result'] as { structuredContent?: { pid?: number } } | undefined)?.structuredContent?.pid;
}

/** An ended process may stay as a zombie where nothing reaps orphans. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
