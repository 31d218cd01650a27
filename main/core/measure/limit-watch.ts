import { cpuText, type Limits, memoryText } from '../../../contract/model/usage.ts';
import type { Usage } from './usage.ts';

/** When a limit counts as exceeded. */
export interface LimitRules {
  /** For how long the processor must be over its limit, in ms. */
  readonly cpuHoldMs: number;
  /** How many looks in a row must see too much memory: one may be a spike that the next garbage collection takes back. */
  readonly memoryLooks: number;
}

/** How long a server has been over its limits. Times in ms. */
export interface LimitState {
  readonly pid: number;
  readonly overMemory: number;
  readonly overCpuSince: number | null;
  readonly lookedAt: number;
}

/** Judges one look at a server. `sentence` tells what was exceeded; null while nothing is. Pure. */
export function judgeUsage(
  before: LimitState | null,
  look: { readonly pid: number; readonly usage: Usage; readonly limits: Limits; readonly now: number },
  rules: LimitRules,
): { readonly state: LimitState; readonly sentence: string | null } {
  const { pid, usage, limits, now } = look;
  const former = before?.pid === pid ? before : null;
  const maxMemory = limits.memoryMegabytes === undefined ? null : limits.memoryMegabytes * 1_048_576;
  const overMemory = maxMemory !== null && usage.memoryBytes > maxMemory ? (former?.overMemory ?? 0) + 1 : 0;
  const maxCpu = limits.cpuPercent === undefined ? null : limits.cpuPercent / 100;
  const tooBusy = maxCpu !== null && usage.cpu !== null && usage.cpu > maxCpu;
  // The figure is about the time since the look before.
  const overCpuSince = tooBusy ? (former?.overCpuSince ?? former?.lookedAt ?? now) : null;
  const state: LimitState = { pid, overMemory, overCpuSince, lookedAt: now };
  if (maxMemory !== null && overMemory >= rules.memoryLooks) {
    const many = usage.processes > 1 ? ` in ${usage.processes} processes` : '';
    const sentence = `It used ${memoryText(usage.memoryBytes)} of memory${many}, more than its limit of ${memoryText(maxMemory)}.`;
    return { state, sentence };
  }
  if (maxCpu !== null && usage.cpu !== null && overCpuSince !== null && now - overCpuSince >= rules.cpuHoldMs) {
    const seconds = Math.round((now - overCpuSince) / 1000);
    const sentence = `It used ${cpuText(usage.cpu)} of a core and was over its limit of ${limits.cpuPercent} % for ${seconds} s.`;
    return { state, sentence };
  }
  return { state, sentence: null };
}
