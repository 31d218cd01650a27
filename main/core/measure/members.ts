import type { ProcessRow } from './process-row.ts';

/** The processes of one server by pid. */
export type Members = ReadonlyMap<number, ProcessRow>;

/**
 * Which processes belong to which server: those of its group and session, those that descend from any of them (a child that made a
 * session of its own included), and those that belonged to it before, also when their parents have ended meanwhile. A server whose
 * own process, the first of its roots, is gone has none. Pure.
 */
export function membersOf(
  roots: ReadonlyMap<string, readonly number[]>,
  rows: readonly ProcessRow[],
  before: ReadonlyMap<string, Members>,
): Map<string, Members> {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const byParent = groupBy(rows, (row) => row.parent);
  const byGroup = groupBy(rows, (row) => row.group);
  const bySession = groupBy(rows, (row) => row.session);
  const result = new Map<string, Members>();
  for (const [slug, pids] of roots) {
    const members = new Map<number, ProcessRow>();
    const leaders = pids.flatMap((pid) => byPid.get(pid) ?? []);
    const isUp = leaders[0] !== undefined && leaders[0].pid === pids[0];
    const former = [...(before.get(slug)?.values() ?? [])].flatMap((one) => {
      const now = byPid.get(one.pid);
      return now && now.start === one.start && now.cpuSeconds >= one.cpuSeconds ? [now] : [];
    });
    const around = pids.flatMap((pid) => [...(byGroup.get(pid) ?? []), ...(bySession.get(pid) ?? [])]);
    const found = isUp ? [...leaders, ...around, ...former] : [];
    for (let row = found.pop(); row; row = found.pop()) {
      if (members.has(row.pid)) continue;
      members.set(row.pid, row);
      found.push(...(byParent.get(row.pid) ?? []));
    }
    result.set(slug, members);
  }
  return result;
}

function groupBy<K>(rows: readonly ProcessRow[], key: (row: ProcessRow) => K): Map<K, ProcessRow[]> {
  const groups = new Map<K, ProcessRow[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
