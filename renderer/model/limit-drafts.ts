import { type Limits, type LimitsPatch, limitsPatchSchema } from '../../contract/model/usage.ts';

/** What stands in the fields of the limits; blank for no limit. */
export interface LimitDrafts {
  readonly memoryMegabytes: string;
  readonly cpuPercent: string;
}

export function limitDrafts(limits: Limits): LimitDrafts {
  return {
    memoryMegabytes: limits.memoryMegabytes === undefined ? '' : String(limits.memoryMegabytes),
    cpuPercent: limits.cpuPercent === undefined ? '' : String(limits.cpuPercent),
  };
}

/** What the fields change, and what is wrong with each, as the core would say it. */
export function readLimits(
  before: Limits,
  drafts: LimitDrafts,
): { readonly patch: LimitsPatch; readonly problems: Partial<Record<keyof LimitDrafts, string>> } {
  const patch: LimitsPatch = {};
  const problems: Partial<Record<keyof LimitDrafts, string>> = {};
  for (const name of ['memoryMegabytes', 'cpuPercent'] as const) {
    const text = drafts[name].trim();
    const value = text === '' ? null : Number(text);
    if (value === (before[name] ?? null)) continue;
    if (Number.isNaN(value)) problems[name] = 'This is not a number.';
    else {
      const checked = limitsPatchSchema.safeParse({ [name]: value });
      const message = checked.error?.issues[0]?.message;
      if (message) problems[name] = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
      else patch[name] = value;
    }
  }
  return { patch, problems };
}
