import type { Members } from './members.ts';

/** What the processes of one server use together. */
export interface Usage {
  /** Cores; null without an earlier look. */
  readonly cpu: number | null;
  readonly memoryBytes: number;
  readonly processes: number;
}

/**
 * Figures from two looks at one server, `seconds` apart; `before` is null at the first. Processor time of children that came and
 * went between the looks counts as far as their parent waited for them. Pure.
 */
export function usageOf(before: Members | null, now: Members, seconds: number): Usage {
  let memoryBytes = 0;
  for (const row of now.values()) memoryBytes += row.memoryBytes;
  const cpu = before === null || seconds <= 0 ? null : cpuSeconds(before, now) / seconds;
  return { cpu, memoryBytes, processes: now.size };
}

function cpuSeconds(before: Members, now: Members): number {
  let own = 0;
  let children = 0;
  for (const row of now.values()) {
    const earlier = before.get(row.pid);
    const same = earlier?.start === row.start ? earlier : undefined;
    own += Math.max(0, row.cpuSeconds - (same?.cpuSeconds ?? 0));
    children += row.childSeconds - (same?.childSeconds ?? 0);
  }
  // What a process had used until it ended goes to the parent that waits for it, a second time for us.
  for (const earlier of before.values()) {
    if (now.get(earlier.pid)?.start !== earlier.start) children -= earlier.cpuSeconds + earlier.childSeconds;
  }
  return own + Math.max(0, children);
}
