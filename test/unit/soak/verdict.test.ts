import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { History } from '../../../soak/lib/history.mjs';
import { seeded } from '../../../soak/lib/random.mjs';
import { heapAllowance, leaks } from '../../../soak/lib/verdict.mjs';

const first = { descriptors: 250, listeners: 5, heap: 42, rss: 190, at: 0 };
const minutes = (count: number) => count * 60_000;

test('what breathes is no leak', () => {
  const points = [
    first,
    { ...first, rss: 260, at: minutes(2) },
    { ...first, descriptors: 256, heap: 45, at: minutes(4) },
  ];
  expect(leaks(points)).toEqual([]);
});

test.each([
  ['descriptors', 290, '290 descriptors'],
  ['listeners', 6, '6 listening sockets'],
  ['heap', 60, '60 MiB of heap'],
  ['rss', 300, '300 MiB of memory'],
] as const)('too many %s are named', (field, value, said) => {
  const found = leaks([first, { ...first, at: minutes(3), [field]: value }]);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(said);
});

test('one point proves nothing', () => {
  expect(leaks([first])).toHaveLength(1);
});

test('in hours the heap fills up once, and hardly more', () => {
  expect([1, 5, 60, 600].map((time) => Math.round(heapAllowance(time)))).toEqual([6, 14, 26, 44]);
});

test('a seed determines what happens', () => {
  const draw = (seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: 20 }, () =>
      random.weighted([
        [1, 'a'],
        [3, random.pick(['b', 'c'])],
      ]),
    );
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('a change of state without an event of the log that belongs to it is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-history-'));
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:10Z'), toFake: ['Date'] });
  try {
    const history = new History();
    const become = (state: string) => {
      history.take({ type: 'changed', changed: { servers: [{ slug: 'one', state }] } });
      vi.setSystemTime(Date.now() + 10_000);
    };
    for (const state of ['starting', 'ready', 'restarting', 'ready']) become(state);
    const lines = [
      '2026-01-01T00:00:20.000Z INFO event Ready: good 1.0, MCP 2025-11-25.',
      '2026-01-01T00:00:30.000Z WARN stderr It has ended unasked. (said by the server itself)',
      '2026-01-01T00:00:40.000Z INFO event Ready: good 1.0, MCP 2025-11-25.',
    ];
    await writeFile(join(folder, 'one.1.log'), `${lines[0]}\n`);
    await writeFile(join(folder, 'one.log'), `${lines.slice(1).join('\n')}\n`);
    expect(history.changes).toBe(3);
    expect(history.unexplained(folder)).toEqual([expect.stringContaining('one: ready → restarting')]);
  } finally {
    vi.useRealTimers();
    await rm(folder, { recursive: true });
  }
});
