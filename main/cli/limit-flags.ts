import { type Command, Option } from 'commander';
import { BerthError } from '../../contract/errors.ts';
import { type LimitsPatch, limitsPatchSchema } from '../../contract/model/usage.ts';
import { parseDuration } from './time-text.ts';

/** The flags of `add` and `set` for what a server may use. */
export interface LimitOptions {
  memoryLimit?: string;
  cpuLimit?: string;
  callsPerMinute?: string;
  callsAtOnce?: string;
  callTimeout?: string;
}

export function withLimitFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--memory-limit <size>', 'restart it above this much memory, e.g. 512Mi or 2Gi; none lifts it'),
    )
    .addOption(
      new Option(
        '--cpu-limit <percent>',
        'restart it above this much of a core for a minute, e.g. 150%; none lifts it',
      ),
    )
    .addOption(new Option('--calls-per-minute <number>', 'calls of tools that each client may make; none lifts it'))
    .addOption(new Option('--calls-at-once <number>', 'calls that each client may have under way; none lifts it'))
    .addOption(
      new Option('--call-timeout <time>', 'give up a call without a sign for so long, e.g. 2m; none for the default'),
    );
}

/** Each flag with the limit that it sets and how its text is read. */
const flags = {
  memoryLimit: { flag: '--memory-limit', limit: 'memoryMegabytes', read: mebibytes },
  cpuLimit: { flag: '--cpu-limit', limit: 'cpuPercent', read: percent },
  callsPerMinute: { flag: '--calls-per-minute', limit: 'callsPerMinute', read: Number },
  callsAtOnce: { flag: '--calls-at-once', limit: 'callsAtOnce', read: Number },
  callTimeout: { flag: '--call-timeout', limit: 'callSeconds', read: (text: string) => parseDuration(text) / 1_000 },
} as const satisfies Record<
  keyof LimitOptions,
  { flag: string; limit: keyof LimitsPatch; read: (text: string) => number }
>;

/** The limits that the flags ask for; undefined when there is no such flag. Throws `invalid-argument` that names the flag. */
export function limitsPatch(options: LimitOptions): LimitsPatch | undefined {
  const given = Object.entries(flags).flatMap(([name, { limit, read }]) => {
    const text = options[name as keyof LimitOptions];
    return text === undefined ? [] : [[limit, text === 'none' ? null : read(text)] as const];
  });
  if (given.length === 0) return undefined;
  const checked = limitsPatchSchema.safeParse(Object.fromEntries(given));
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const flag = Object.values(flags).find(({ limit }) => limit === issue?.path[0])?.flag ?? '--memory-limit';
  throw new BerthError('invalid-argument', `${flag}: ${issue?.message ?? 'this is no limit'}.`);
}

/** As Kubernetes writes sizes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const bytesPerUnit: Readonly<Record<string, number>> = {
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

function mebibytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([MGT]i?)B?$/.exec(text) ?? [];
  const bytes = bytesPerUnit[unit ?? ''];
  if (number !== undefined && bytes !== undefined) return Math.round((Number(number) * bytes) / 2 ** 20);
  throw new BerthError('invalid-argument', `--memory-limit: "${text}" is not a size.`, {
    hint: 'Use for example 512Mi or 1.5Gi, or none.',
  });
}

function percent(text: string): number {
  const number = /^(\d+)%$/.exec(text)?.[1];
  if (number !== undefined) return Number(number);
  throw new BerthError('invalid-argument', `--cpu-limit: "${text}" is not a percentage.`, {
    hint: 'Use for example 50% for half a core or 150% for one and a half, or none.',
  });
}
