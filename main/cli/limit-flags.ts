import { type Command, Option } from 'commander';
import { BerthError } from '../../contract/errors.ts';
import { type LimitsPatch, limitsPatchSchema } from '../../contract/model/usage.ts';

/** The flags of `add` and `set` for what a server may use. */
export interface LimitOptions {
  memoryLimit?: string;
  cpuLimit?: string;
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
    );
}

/** The limits that the flags ask for; undefined when there is no such flag. Throws `invalid-argument` that names the flag. */
export function limitsPatch({ memoryLimit, cpuLimit }: LimitOptions): LimitsPatch | undefined {
  if (memoryLimit === undefined && cpuLimit === undefined) return undefined;
  const patch = {
    ...(memoryLimit === undefined ? {} : { memoryMegabytes: memoryLimit === 'none' ? null : mebibytes(memoryLimit) }),
    ...(cpuLimit === undefined ? {} : { cpuPercent: cpuLimit === 'none' ? null : percent(cpuLimit) }),
  };
  const checked = limitsPatchSchema.safeParse(patch);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const flag = issue?.path[0] === 'cpuPercent' ? '--cpu-limit' : '--memory-limit';
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
