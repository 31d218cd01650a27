import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { CheckResult } from '../../../../contract/model/doctor.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { berth } from '../../cli/terminal.ts';

const greedy = fileURLToPath(new URL('../../../fixtures/measure/greedy.mjs', import.meta.url));
const signal = new AbortController().signal;
const MIB = 1_048_576;

let sandbox: SandboxedCore;

/** Looks often, so that a test waits for what it sees and not for the clock; every rule is the real one. */
const quick = { followedMs: 100, quietMs: 100, settleMs: 20, listenersMs: 0, cpuHoldMs: 500, breachLimit: 2 };

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-measure-'));
  sandbox = await coreInSandbox({ home, measuring: quick });
});

afterEach(async () => {
  await sandbox.dispose();
  await rm(sandbox.home, { recursive: true });
});

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
}

async function dock(slug: string, args: string[] = [], more: Partial<CallInput<'servers.add'>> = {}): Promise<void> {
  const options = { command: process.execPath, args: JSON.stringify([greedy, ...args]) };
  await call('servers.add', { preset: 'command', slug, context: 'none', options, ...more });
  await call('servers.start', { slugs: [slug] });
}

async function act(slug: string, tool: string, args: Record<string, unknown> = {}): Promise<number> {
  const { structuredContent } = await call('servers.call', { slug, tool, args });
  return (structuredContent as { value: number }).value;
}

/** The server as soon as the status says so of it. */
function until(slug: string, condition: (server: Server) => boolean): Promise<Server> {
  return new Promise((resolve) => {
    const subscription = sandbox.core.status.onDidChange(look);
    function look() {
      const server = sandbox.core.status.current().servers.find((one) => one.slug === slug);
      if (!server || !condition(server)) return;
      subscription.dispose();
      resolve(server);
    }
    look();
  });
}

/** It may be ended before it has answered. */
const overdo = () => act('greedy', 'allocate', { mebibytes: 400 }).catch(() => {});
const memory = (server: Server) => server.resources?.memoryBytes ?? 0;
const log = async (slug: string) => (await call('logs.query', { slug })).map(({ level, text }) => `${level}: ${text}`);
const cli = (...args: string[]) => berth(args, { env: sandbox.env });

describe('what a server uses', () => {
  it('counts all its processes, also one that has made a session of its own', async () => {
    await dock('greedy');
    const alone = await until('greedy', ({ resources }) => resources !== null);
    expect(alone.resources).toMatchObject({ processes: 1 });
    expect(memory(alone)).toBeGreaterThan(20 * MIB);

    await act('greedy', 'fork', { mebibytes: 64 });
    await act('greedy', 'fork', { mebibytes: 64, session: true });
    const three = await until('greedy', ({ resources }) => resources?.processes === 3);
    expect(memory(three) - memory(alone)).toBeGreaterThan(128 * MIB);

    await act('greedy', 'allocate', { mebibytes: 100 });
    const grown = await until('greedy', (server) => memory(server) > memory(three) + 90 * MIB);
    expect(grown.resources?.memoryPerMinute.at(-1)).toBeGreaterThanOrEqual(memory(grown));
  });

  it('tells the processor time of the last interval, and none once it rests', async () => {
    await dock('greedy');
    await act('greedy', 'burn');
    const busy = await until('greedy', ({ resources }) => (resources?.cpu ?? 0) > 0.2);
    expect(busy.resources?.cpu).toBeLessThan(3);
    await act('greedy', 'rest');
    await until('greedy', ({ resources }) => resources?.cpu !== null && (resources?.cpu ?? 1) < 0.1);
  });

  it('is gone with the process', async () => {
    await dock('greedy');
    await until('greedy', ({ resources, listeners }) => resources !== null && listeners !== null);
    await call('servers.stop', { slugs: ['greedy'] });
    expect(await call('servers.get', { slug: 'greedy' })).toMatchObject({ resources: null, listeners: null });
  });

  it('is shown by the CLI', async () => {
    await dock('greedy');
    await until('greedy', ({ resources }) => (resources?.cpu ?? null) !== null);
    const one = await cli('servers', 'greedy');
    expect(one.stdout).toMatch(/^Memory: +\d+ MiB, 1 process$/m);
    expect(one.stdout).toMatch(/^CPU: +[\d.]+ %$/m);
    expect(one.stdout).toMatch(/^Listens on: +nothing$/m);
    const wide = await cli('servers', '-o', 'wide');
    expect(wide.stdout).toMatch(/CPU +MEMORY/);
    expect(wide.stdout).toMatch(/\d+ MiB/);
  });
});

describe('limits', () => {
  it('restart a server that uses more memory than it may, with the reason, and give up when it always does', async () => {
    await dock('greedy', [], { limits: { memoryMegabytes: 300 } });
    const { pid } = await until('greedy', ({ resources }) => resources !== null);
    await overdo();
    const restarting = await until('greedy', ({ error }) => error !== null);
    expect(restarting.error).toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/^It used \d+ MiB of memory, more than its limit of 300 MiB\.$/),
      hint: expect.stringContaining('limit'),
    });
    const again = await until('greedy', ({ state, pid: now }) => state === 'ready' && now !== pid);
    expect(again).toMatchObject({ restarts: 1, error: null });
    expect(await log('greedy')).toContainEqual(expect.stringMatching(/^error: It used \d+ MiB of memory/));

    await overdo();
    const failed = await until('greedy', ({ state }) => state === 'failed');
    expect(failed.error?.message).toMatch(/^It went over its limits 2 times within 15 min, .* The last time: It used/);
    expect((await cli('status')).code).toBe(1);

    await call('servers.update', { slug: 'greedy', limits: { memoryMegabytes: 1024 } });
    expect(await until('greedy', ({ state }) => state === 'ready')).toMatchObject({ restarts: 0, error: null });
    await act('greedy', 'allocate', { mebibytes: 400 });
    await until('greedy', (server) => memory(server) > 400 * MIB && server.state === 'ready');
  });

  it('restart a server that keeps more of the processor busy than it may', async () => {
    await dock('greedy');
    await until('greedy', ({ resources }) => resources?.cpu !== null && (resources?.cpu ?? 1) < 0.03);
    await call('servers.update', { slug: 'greedy', limits: { cpuPercent: 5 } });
    await act('greedy', 'burn');
    const { error } = await until('greedy', (server) => server.error !== null);
    expect(error?.message).toMatch(/^It used [\d.]+ % of a core and was over its limit of 5 % for \d+ s\.$/);
    // Starting is work too, and this test's minute is half a second long.
    await call('servers.update', { slug: 'greedy', limits: { cpuPercent: null } });
    expect(await until('greedy', ({ state }) => state === 'ready')).toMatchObject({ restarts: 1 });
  });

  it('count the memory of descendants, and hold for a process that runs when they are set', async () => {
    await dock('greedy');
    const { pid } = await call('servers.get', { slug: 'greedy' });
    await act('greedy', 'fork', { mebibytes: 400, session: true });
    await until('greedy', ({ resources }) => resources?.processes === 2);
    const set = await cli('set', 'greedy', '--memory-limit', '300Mi', '--cpu-limit', '400%', '-o', 'json');
    expect(JSON.parse(set.stdout)).toMatchObject({ pid, limits: { memoryMegabytes: 300, cpuPercent: 400 } });
    const { error } = await until('greedy', (server) => server.error !== null);
    expect(error?.message).toMatch(/of memory in 2 processes, more than its limit/);
  });

  it('are set, lifted and refused by the CLI, and a change of them leaves the process alone', async () => {
    await dock('greedy');
    const { pid } = await call('servers.get', { slug: 'greedy' });
    expect((await cli('set', 'greedy', '--memory-limit', '1.5Gi')).stdout).toMatch(/^Limits: +1.5 GiB of memory$/m);
    expect(await call('servers.get', { slug: 'greedy' })).toMatchObject({ limits: { memoryMegabytes: 1536 } });
    expect((await cli('set', 'greedy', '--memory-limit', 'none')).stdout).toMatch(/^Limits: +none$/m);
    expect(await call('servers.get', { slug: 'greedy' })).toMatchObject({ pid, limits: {}, state: 'ready' });

    for (const [flag, value, message] of [
      ['--memory-limit', 'much', '"much" is not a size'],
      ['--memory-limit', '1Mi', 'at least 16 MiB'],
      ['--cpu-limit', '1.5', '"1.5" is not a percentage'],
      ['--cpu-limit', '1%', 'at least 5 %'],
    ] as const) {
      const refused = await cli('set', 'greedy', flag, value);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
  });
});

it('limits that are written into the settings file hold at once, for the process that runs', async () => {
  await dock('greedy');
  const { pid } = await call('servers.get', { slug: 'greedy' });
  const { path } = await call('settings.get', undefined);
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace('    preset: command', '    preset: command\n    limits:\n      memoryMegabytes: 300'),
  );
  expect(await until('greedy', ({ limits }) => limits.memoryMegabytes === 300)).toMatchObject({ pid, state: 'ready' });
  await overdo();
  expect((await until('greedy', ({ error }) => error !== null)).error?.code).toBe('too-large');
});

describe('a server that other machines can reach', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0:'],
    ['::', '[::]:'],
  ])('is told loudly when it listens on %s from its start', async (host, place) => {
    await dock('greedy', ['--listen', host]);
    const { listeners, warnings, pid } = await until('greedy', (server) => server.listeners?.length === 1);
    expect(listeners).toEqual([{ address: host, port: expect.any(Number), pid, loopback: false }]);
    const where = `${place}${listeners?.[0]?.port}`;
    expect(warnings[0]).toContain(`It listens on ${where} (pid ${pid})`);
    expect(warnings[0]).toContain('127.0.0.1');
    expect((await log('greedy')).filter((line) => line.startsWith(`warn: It listens on ${where}`))).toHaveLength(1);

    const status = await cli('status');
    expect(status.code).toBe(1);
    expect(status.stdout).toContain(`greedy is exposed: It listens on ${where}`);
    expect((await cli('servers', 'greedy')).stdout).toContain(`Listens on:  ${where} (open to the network)`);
  });

  it('is told also when it begins later, and no more when it has ended', async () => {
    await dock('greedy');
    await until('greedy', ({ listeners }) => listeners?.length === 0);
    expect((await cli('status')).code).toBe(0);
    const port = await act('greedy', 'listen', { host: '0.0.0.0' });
    const { warnings } = await until('greedy', ({ listeners }) => listeners?.length === 1);
    expect(warnings[0]).toContain(`0.0.0.0:${port}`);
    await act('greedy', 'close');
    const closed = await until('greedy', ({ listeners }) => listeners?.length === 0);
    expect(closed.warnings.join()).not.toContain('listens on');
    expect((await cli('status')).code).toBe(0);
  });

  it('is told when only a child holds the socket that it has inherited', async () => {
    await dock('greedy');
    const port = await act('greedy', 'bequeath', { host: '0.0.0.0' });
    const { listeners, pid } = await until('greedy', (server) => server.listeners?.length === 1);
    expect(listeners).toEqual([expect.objectContaining({ address: '0.0.0.0', port, loopback: false })]);
    expect(listeners?.[0]?.pid).not.toBe(pid);
  });

  it.each(['127.0.0.1', '::1'])('is not one that listens on %s', async (host) => {
    await dock('greedy', ['--listen', host]);
    const { listeners, warnings } = await until('greedy', (server) => server.listeners?.length === 1);
    expect(listeners).toEqual([expect.objectContaining({ address: host, loopback: true })]);
    expect(warnings.join()).not.toContain('listens on');
    expect((await cli('status')).code).toBe(0);
  });
});

/** Gives a program a network of its own, where this user may do that. */
const unshare = '/usr/bin/unshare';
const mayUnshare = process.platform === 'linux' && spawnSync(unshare, ['-rn', 'true']).status === 0;

describe('the doctor', () => {
  const ladder = async (slug: string): Promise<CheckResult[]> => {
    const results: CheckResult[] = [];
    await sandbox.core.sources.doctor({ target: `server:${slug}` }, (result) => results.push(result), { signal });
    return results;
  };

  it('fails the rung of a server that is open to the network, and asks the others all the same', async () => {
    await dock('greedy');
    const port = await act('greedy', 'listen', { host: '0.0.0.0' });
    const results = await ladder('greedy');
    expect(results.find(({ id }) => id === 'network')).toMatchObject({
      outcome: 'fail',
      evidence: expect.stringContaining(`0.0.0.0:${port}`),
      remedy: expect.stringContaining('127.0.0.1'),
    });
    expect(results.find(({ id }) => id === 'tools')).toMatchObject({ outcome: 'pass' });
    expect((await cli('doctor', 'server:greedy')).code).toBe(1);
  });

  it('says where a server listens that is not', async () => {
    await dock('greedy', ['--listen', '127.0.0.1']);
    expect((await ladder('greedy')).find(({ id }) => id === 'network')).toMatchObject({
      outcome: 'pass',
      evidence: expect.stringMatching(/^it listens on 127\.0\.0\.1:\d+ only$/),
    });
  });

  it.skipIf(!mayUnshare)('claims nothing of a server in a network of its own', async () => {
    const args = JSON.stringify(['-rn', process.execPath, greedy, '--listen', '0.0.0.0']);
    const options = { command: unshare, args };
    await call('servers.add', { preset: 'command', slug: 'greedy', context: 'none', options });
    await call('servers.start', { slugs: ['greedy'] });
    expect((await ladder('greedy')).find(({ id }) => id === 'network')).toMatchObject({ outcome: 'skip' });
    const server = await until('greedy', ({ resources }) => resources !== null);
    expect(server.listeners).toBeNull();
    expect((await cli('status')).code).toBe(0);
    expect((await cli('servers', 'greedy')).stdout).toMatch(/^Listens on: +not known$/m);
  });
});
