import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Limits } from '../../../../contract/model/usage.ts';
import type { ProcessRow } from '../../../../main/core/measure/process-row.ts';
import { type MeasuredServer, ServerMeter } from '../../../../main/core/measure/server-meter.ts';
import { defaultMeasureTimings } from '../../../../main/core/measure/timings.ts';
import { RecordingLog } from '../../../integration/core/supervisor/harness.ts';

const MIB = 1_048_576;
const row = (pid: number, changes: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  parent: 1,
  group: pid,
  session: pid,
  start: '1',
  cpuSeconds: 0,
  childSeconds: 0,
  memoryBytes: 50 * MIB,
  ...changes,
});

let servers: MeasuredServer[];
let rows: ProcessRow[];
let followed: boolean;
let broken: Error | null;
let reads: number;
let log: RecordingLog;
let exceeded: unknown[][];
let meter: ServerMeter;

const server = (pid: number, limits: Limits = {}): MeasuredServer => ({
  slug: 's',
  pid,
  others: [],
  ready: true,
  restarts: 0,
  limits,
});

beforeEach(() => {
  vi.useFakeTimers();
  servers = [];
  rows = [row(7)];
  followed = false;
  broken = null;
  reads = 0;
  log = new RecordingLog();
  exceeded = [];
  meter = new ServerMeter({
    servers: () => servers,
    isFollowed: () => followed,
    processes: {
      read: async () => {
        reads += 1;
        if (broken) throw broken;
        return { rows, pids: new Set(rows.map(({ pid }) => pid)) };
      },
    },
    listeners: null,
    exceed: (slug, pid, error, verdict) => exceeded.push([slug, pid, error.message, verdict]),
    logs: log,
    timings: defaultMeasureTimings,
  });
});
afterEach(async () => {
  await meter.dispose();
  vi.useRealTimers();
});

/** Looks within a minute from now on. */
async function looksPerMinute(): Promise<number> {
  const before = reads;
  await vi.advanceTimersByTimeAsync(60_000);
  return reads - before;
}

it('looks often while somebody follows or a limit is set, seldom otherwise, and never while nothing runs', async () => {
  meter.update();
  expect(await looksPerMinute()).toBe(0);

  servers = [server(7)];
  meter.update();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await looksPerMinute()).toBe(2);
  followed = true;
  meter.update();
  expect(await looksPerMinute()).toBe(12);
  followed = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await looksPerMinute()).toBe(2);
  servers = [server(7, { memoryMegabytes: 1000 })];
  meter.update();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await looksPerMinute()).toBe(12);

  servers = [];
  meter.update();
  expect(await looksPerMinute()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it('has a figure for the processor after two looks, also when nobody follows', async () => {
  servers = [server(7)];
  meter.update();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(meter.of('s')?.resources).toMatchObject({ cpu: null, memoryBytes: 50 * MIB });
  rows = [row(7, { cpuSeconds: 2.5 })];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(meter.of('s')?.resources).toMatchObject({ cpu: 0.5 });
});

it('forgets what it knew of a process that has been replaced', async () => {
  servers = [server(7)];
  await meter.look();
  servers = [server(8)];
  rows = [row(8)];
  meter.update();
  expect(meter.of('s')).toMatchObject({ pid: 8, resources: null });
  await meter.look();
  expect(meter.of('s')?.resources).toMatchObject({ cpu: null, processes: 1 });
});

it('ends a process over its limit once, however long that takes, and not for looks that come too soon', async () => {
  servers = [server(7, { memoryMegabytes: 40 })];
  await meter.look();
  await meter.look();
  await meter.look();
  expect(exceeded).toEqual([]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(exceeded).toEqual([['s', 7, 'It used 50 MiB of memory, more than its limit of 40 MiB.', 'retry']]);
});

it('says once that the system gives no answer, asks seldom, and goes on when it does', async () => {
  servers = [server(7)];
  followed = true;
  broken = new Error('no /proc');
  meter.update();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await looksPerMinute()).toBe(2);
  expect(log.lines.map(({ text }) => text)).toEqual(["The servers' processes could not be measured: no /proc"]);
  expect(meter.of('s')?.resources).toBeNull();
  broken = null;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(meter.of('s')?.resources).toMatchObject({ processes: 1 });
  expect(await looksPerMinute()).toBe(12);
});
