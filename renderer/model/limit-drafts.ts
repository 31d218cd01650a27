import { type Limits, type LimitsPatch, limitsPatchSchema } from '../../contract/model/usage.ts';

const names = ['memoryMegabytes', 'cpuPercent', 'callsPerMinute', 'callsAtOnce', 'callSeconds'] as const;

/** What stands in the fields of the limits; blank for no limit. */
export type LimitDrafts = Readonly<Record<(typeof names)[number], string>>;

export function limitDrafts(limits: Limits): LimitDrafts {
  return Object.fromEntries(names.map((name) => [name, String(limits[name] ?? '')])) as LimitDrafts;
}

/** What the fields change, and what is wrong with each, as the core would say it. */
export function readLimits(
  before: Limits,
  drafts: LimitDrafts,
): { readonly patch: LimitsPatch; readonly problems: Partial<Record<keyof LimitDrafts, string>> } {
  const patch: LimitsPatch = {};
  const problems: Partial<Record<keyof LimitDrafts, string>> = {};
  for (const name of names) {
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
