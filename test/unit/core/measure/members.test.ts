import { describe, expect, it } from 'vitest';
import { type Members, membersOf } from '../../../../main/core/measure/members.ts';
import type { ProcessRow } from '../../../../main/core/measure/process-row.ts';
import { usageOf } from '../../../../main/core/measure/usage.ts';

function row(pid: number, parent: number, changes: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid,
    parent,
    group: pid,
    session: pid,
    start: String(pid),
    cpuSeconds: 0,
    childSeconds: 0,
    memoryBytes: 10,
    ...changes,
  };
}

const members = (...rows: ProcessRow[]): Members => new Map(rows.map((one) => [one.pid, one]));
const pidsOf = (found: Map<string, Members>, slug: string) =>
  [...(found.get(slug)?.keys() ?? [])].sort((a, b) => a - b);

describe('the processes of a server', () => {
  const berth = row(1, 0);
  const roots = new Map([
    ['a', [10]],
    ['b', [20]],
  ]);

  it('are its group, its session and its descendants, whoever their leader is', () => {
    const rows = [
      berth,
      row(10, 1),
      row(11, 10, { group: 10, session: 10 }),
      row(12, 11), // setsid
      row(13, 12, { group: 12, session: 12 }),
      row(14, 1, { group: 10, session: 10 }), // its parent has ended
      row(15, 1, { group: 99, session: 10 }), // a group of its own, too
      row(20, 1),
      row(30, 1), // the lifeline
    ];
    const found = membersOf(roots, rows, new Map());
    expect(pidsOf(found, 'a')).toEqual([10, 11, 12, 13, 14, 15]);
    expect(pidsOf(found, 'b')).toEqual([20]);
  });

  it('stay its own when their parent ends and a session of their own hides where they come from', () => {
    const before = membersOf(roots, [berth, row(10, 1), row(11, 10), row(12, 11)], new Map());
    expect(pidsOf(membersOf(roots, [berth, row(10, 1), row(12, 1), row(13, 12)], before), 'a')).toEqual([10, 12, 13]);
    // Somebody else has the pid now.
    expect(pidsOf(membersOf(roots, [berth, row(10, 1), row(12, 1, { start: 'later' })], before), 'a')).toEqual([10]);
  });

  it('are also those that single clients have beside it, as long as it runs itself', () => {
    const both = new Map([['a', [10, 40]]]);
    const rows = [berth, row(10, 1), row(40, 1), row(41, 40), row(42, 1, { group: 40 })];
    expect(pidsOf(membersOf(both, rows, new Map()), 'a')).toEqual([10, 40, 41, 42]);
    expect(pidsOf(membersOf(both, rows.slice(2), new Map()), 'a')).toEqual([]);
  });

  it('are none when the server has ended', () => {
    const before = new Map([['a', members(row(10, 1), row(11, 10))]]);
    expect(pidsOf(membersOf(roots, [berth, row(11, 1)], before), 'a')).toEqual([]);
  });

  it('are told without sessions and start times, as on macOS', () => {
    const bare = { session: null, start: null };
    const rows = [row(1, 0, bare), row(10, 1, bare), row(11, 10, bare), row(12, 1, { ...bare, group: 10 })];
    expect(pidsOf(membersOf(roots, rows, new Map()), 'a')).toEqual([10, 11, 12]);
  });
});

describe('usage', () => {
  it('is the sum of all, and the processor time between two looks', () => {
    const before = members(row(10, 1, { cpuSeconds: 5 }), row(11, 10, { cpuSeconds: 100 }));
    const now = members(row(10, 1, { cpuSeconds: 6 }), row(11, 10, { cpuSeconds: 104, memoryBytes: 30 }));
    expect(usageOf(before, now, 5)).toEqual({ cpu: 1, memoryBytes: 40, processes: 2 });
    expect(usageOf(null, now, 5)).toEqual({ cpu: null, memoryBytes: 40, processes: 2 });
  });

  it('counts a new process from its start', () => {
    const now = members(row(10, 1), row(11, 10, { cpuSeconds: 2 }));
    expect(usageOf(members(row(10, 1)), now, 4).cpu).toBe(0.5);
  });

  it('counts children that came and went between two looks, once', () => {
    const before = members(row(10, 1), row(11, 10, { cpuSeconds: 100 }));
    // 11 used one second more and ended, another child used two seconds; 10 waited for both.
    expect(usageOf(before, members(row(10, 1, { childSeconds: 103 })), 10).cpu).toBeCloseTo(0.3);
  });

  it('loses only the last moments of a child that nobody waited for', () => {
    const before = members(row(10, 1), row(11, 10, { cpuSeconds: 100 }));
    expect(usageOf(before, members(row(10, 1, { cpuSeconds: 2 })), 10).cpu).toBe(0.2);
  });

  it('takes a pid that somebody else has now for another process', () => {
    const before = members(row(10, 1), row(11, 10, { cpuSeconds: 100 }));
    const now = members(row(10, 1, { childSeconds: 100 }), row(11, 10, { start: 'later', cpuSeconds: 1 }));
    expect(usageOf(before, now, 1).cpu).toBe(1);
  });
});
