import type { Resources } from '../../../contract/model/usage.ts';
import type { Usage } from './usage.ts';

/** A change of less than this is noise: cores, and bytes, each at least this part of the figure. */
const CPU_STEP = 0.02;
const MEMORY_STEP = 1_048_576;
const STEP_PART = 0.1;
const MEMORY_STEP_PART = 0.03;
const MINUTES = 10;

/** What is shown of a server's usage, and what was measured for it. */
export interface Figures {
  readonly shown: Resources;
  /** The minute since the epoch to which the last of `memoryPerMinute` belongs. */
  readonly minute: number;
}

/**
 * Takes a look into the figures that are shown. `changed` tells whether anybody would notice: fifty servers at rest send nothing to
 * a window. Pure.
 */
export function takeFigures(
  before: Figures | null,
  usage: Usage,
  now: number,
): { readonly figures: Figures; readonly changed: boolean } {
  const minute = Math.floor(now / 60_000);
  const memoryPerMinute = withMinute(before, minute, usage.memoryBytes);
  if (before && !isNoticeable(before.shown, usage)) {
    return { figures: { shown: { ...before.shown, memoryPerMinute }, minute }, changed: false };
  }
  const shown: Resources = {
    cpu: usage.cpu === null ? null : Math.round(usage.cpu * 1000) / 1000,
    memoryBytes: usage.memoryBytes,
    processes: usage.processes,
    at: new Date(now).toISOString(),
    memoryPerMinute,
  };
  return { figures: { shown, minute }, changed: true };
}

export function isNoticeable(shown: Pick<Resources, 'cpu' | 'memoryBytes' | 'processes'>, usage: Usage): boolean {
  if (shown.processes !== usage.processes || (shown.cpu === null) !== (usage.cpu === null)) return true;
  const cpuStep = Math.max(CPU_STEP, (shown.cpu ?? 0) * STEP_PART);
  const memoryStep = Math.max(MEMORY_STEP, shown.memoryBytes * MEMORY_STEP_PART);
  return (
    Math.abs((shown.cpu ?? 0) - (usage.cpu ?? 0)) >= cpuStep ||
    Math.abs(shown.memoryBytes - usage.memoryBytes) >= memoryStep
  );
}

function withMinute(before: Figures | null, minute: number, bytes: number): number[] {
  const last = before?.shown.memoryPerMinute ?? [];
  if (before?.minute === minute) return [...last.slice(0, -1), Math.max(last.at(-1) ?? 0, bytes)];
  // Minutes in which nobody looked (the machine slept) are left out: the chart is about looks, not about clocks.
  return [...last, bytes].slice(-MINUTES);
}
