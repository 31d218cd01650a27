import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogStore } from '../../../../main/core/logs/log-store.ts';
import { Supervisor } from '../../../../main/core/supervisor/supervisor.ts';
import { callTool, fixture, openBench } from './harness.ts';

test('a flood on stderr never blocks the child, keeps memory bounded, and keeps the newest lines', async () => {
  const bench = await openBench();
  const lines = 200_000;
  const ringBytes = 4_000_000;
  const logs = new LogStore({ folder: join(bench.folder, 'logs'), maxFileBytes: 5_000_000, maxFiles: 3, ringBytes });
  const supervisor = new Supervisor({
    ledgerFile: join(bench.folder, 'ledger.json'),
    logs,
    clientInfo: { name: 'berth', version: '0' },
  });
  try {
    const before = process.memoryUsage().heapUsed;
    supervisor.start('flood', bench.planner('flood', { run: [fixture('floods-stderr.mjs'), String(lines)] }));
    const backend = await supervisor.backend('flood', { timeoutMs: 45_000 });
    expect(await callTool(backend, 'echo', { text: 'through' })).toBe('through');
    const newest = logs.query({ slug: 'flood', tail: 3 }).map(({ text }) => text.split('.')[0]);
    expect(newest.slice(0, 2)).toEqual([`line ${lines - 1} `, 'flood over']);
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
    expect(logs.query({ tail: 10_000 }).length).toBeLessThan(ringBytes / 160);
  } finally {
    await supervisor.dispose();
    await logs.dispose();
    await bench.end();
  }
});
