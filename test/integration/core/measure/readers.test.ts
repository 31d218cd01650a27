import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinuxListeners } from '../../../../main/core/measure/linux-listeners.ts';
import { LinuxProcesses } from '../../../../main/core/measure/linux-processes.ts';
import { LsofListeners } from '../../../../main/core/measure/lsof-listeners.ts';
import { membersOf } from '../../../../main/core/measure/members.ts';
import type { ProcessReader } from '../../../../main/core/measure/process-row.ts';
import { PsProcesses } from '../../../../main/core/measure/ps-processes.ts';
import { ServerMeter } from '../../../../main/core/measure/server-meter.ts';
import { defaultMeasureTimings } from '../../../../main/core/measure/timings.ts';
import { type Bench, callTool, openBench, RecordingLog } from '../supervisor/harness.ts';

const greedy = fileURLToPath(new URL('../../../fixtures/measure/greedy.mjs', import.meta.url));
const MIB = 1_048_576;
const onLinux = process.platform === 'linux';
const lsof = ['/usr/sbin/lsof', '/usr/bin/lsof'].find((path) => existsSync(path));

let bench: Bench;
let root: number;
beforeEach(async () => {
  bench = await openBench();
  bench.supervisor.start('greedy', bench.planner('greedy', { run: [greedy] }));
  await bench.supervisor.waitFor('greedy', ['ready'], 20_000);
  root = bench.supervisor.get('greedy')?.pid ?? 0;
});
afterEach(() => bench.end());

async function act(tool: string, args: Record<string, unknown> = {}): Promise<number> {
  const backend = await bench.supervisor.backend('greedy', { timeoutMs: 10_000 });
  return ((await callTool(backend, tool, args)) as { value: number }).value;
}

async function membersBy(reader: ProcessReader) {
  const { rows, pids } = await reader.read(new Set());
  expect(pids.has(process.pid)).toBe(true);
  return membersOf(new Map([['greedy', [root]]]), rows, new Map()).get('greedy') ?? new Map();
}

describe.each([
  ['/proc', onLinux ? new LinuxProcesses() : null],
  ['ps', process.platform === 'win32' ? null : new PsProcesses()],
])('processes by %s', (_name, reader) => {
  it.skipIf(reader === null)('are the whole tree, with the memory that each has', async () => {
    if (!reader) return;
    const child = await act('fork', { mebibytes: 64 });
    const leader = await act('fork', { mebibytes: 64, session: true });
    const members = await membersBy(reader);
    expect([...members.keys()].sort()).toEqual([root, child, leader].sort());
    for (const pid of [child, leader]) {
      expect(members.get(pid)?.memoryBytes).toBeGreaterThan(64 * MIB);
      expect(members.get(pid)?.memoryBytes).toBeLessThan(256 * MIB);
    }
  });

  it.skipIf(reader === null)('tell their processor time in seconds', async () => {
    if (!reader) return;
    const { rows } = await reader.read(new Set());
    const own = rows.find(({ pid }) => pid === process.pid);
    const { user, system } = process.cpuUsage();
    // ps rounds down to whole seconds on Linux.
    expect(Math.abs((own?.cpuSeconds ?? 0) - (user + system) / 1e6)).toBeLessThan(1.5);
  });
});

it.skipIf(!onLinux)('the kernel’s figure for memory is that of this process itself', async () => {
  const { rows } = await new LinuxProcesses().read(new Set());
  const own = rows.find(({ pid }) => pid === process.pid)?.memoryBytes ?? 0;
  expect(Math.abs(own - process.memoryUsage.rss())).toBeLessThan(64 * MIB);
});

describe.each([
  ['/proc', onLinux ? new LinuxListeners() : null],
  ['lsof', lsof ? new LsofListeners(lsof) : null],
])('listeners by %s', (_name, reader) => {
  it.skipIf(reader === null)('are found with their addresses, those of a child too', async () => {
    if (!reader) return;
    const servers = async () => new Map([['greedy', [...(await membersBy(new PsProcesses())).keys()]]]);
    expect((await reader.read(await servers())).get('greedy')).toEqual([]);
    const everywhere = await act('listen', { host: '0.0.0.0' });
    const closed = await act('listen', { host: '127.0.0.1' });
    const sixth = await act('listen', { host: '::' });
    const ofChild = await act('fork', { listen: '0.0.0.0' });
    const found = (await reader.read(await servers())).get('greedy') ?? [];
    expect(found).toContainEqual({ address: '0.0.0.0', port: everywhere, pid: root, loopback: false });
    expect(found).toContainEqual({ address: '127.0.0.1', port: closed, pid: root, loopback: true });
    expect(found).toContainEqual({ address: '::', port: sixth, pid: root, loopback: false });
    expect(found.find(({ pid }) => pid === ofChild)).toMatchObject({ address: '0.0.0.0', loopback: false });
    expect(found).toHaveLength(4);
  });
});

it('what cannot be asked is not known, which is not none', async () => {
  const servers = new Map([['greedy', [root]]]);
  expect((await new LsofListeners('/nonexistent/lsof').read(servers)).get('greedy')).toBeNull();
});

describe.skipIf(!onLinux)('the meter', () => {
  function meterWith(followed: boolean) {
    const log = new RecordingLog();
    const reads: ReadonlySet<number>[] = [];
    const processes = new LinuxProcesses();
    const meter = new ServerMeter({
      servers: () => [{ slug: 'greedy', pid: root, ready: true, others: [], restarts: 0, limits: {} }],
      isFollowed: () => followed,
      processes: {
        read: (strangers) => {
          reads.push(strangers);
          return processes.read(strangers);
        },
      },
      listeners: new LinuxListeners(),
      exceed: () => expect.unreachable('there is no limit'),
      logs: log,
      timings: { ...defaultMeasureTimings, followedMs: 0, quietMs: 60_000 },
    });
    return { meter, log, reads };
  }

  it('announces nothing while a server rests', async () => {
    const { meter } = meterWith(true);
    await meter.look();
    await meter.look();
    let announced = 0;
    meter.onDidChange(() => {
      announced += 1;
    });
    for (let look = 0; look < 20; look += 1) await meter.look();
    expect(announced).toBeLessThan(4);
    expect(meter.of('greedy')).toMatchObject({ pid: root, resources: { processes: 1 }, listeners: [] });
    await meter.dispose();
  });

  it('reads only its servers’ processes and new ones after the first look, and finds what is born later', async () => {
    const { meter, reads } = meterWith(true);
    await meter.look();
    await meter.look();
    expect(reads[0]?.size).toBe(0);
    expect(reads[1]?.has(process.pid)).toBe(true);
    expect(reads[1]?.has(root)).toBe(false);
    await act('fork', { session: true });
    await meter.look();
    expect(meter.of('greedy')?.resources?.processes).toBe(2);
    await meter.dispose();
  });

  it('says each place that is open once', async () => {
    const { meter, log } = meterWith(true);
    await act('listen', { host: '0.0.0.0' });
    await meter.look();
    await meter.look();
    const second = await act('listen', { host: '0.0.0.0' });
    await meter.look();
    expect(log.lines.map(({ text }) => /^It listens on \S+:(\d+) /.exec(text)?.[1])).toHaveLength(2);
    expect(log.lines[1]?.text).toContain(`0.0.0.0:${second} `);
    await meter.dispose();
  });
});
