import { describe, expect, it } from 'vitest';
import { limitsPatch } from '../../../main/cli/limit-flags.ts';
import { limitsText } from '../../../main/cli/views/usage-text.ts';

describe('the flags of limits', () => {
  it.each([
    [{ memoryLimit: '512Mi' }, { memoryMegabytes: 512 }],
    [{ memoryLimit: '512MiB' }, { memoryMegabytes: 512 }],
    [{ memoryLimit: '1.5Gi' }, { memoryMegabytes: 1536 }],
    [{ memoryLimit: '1G' }, { memoryMegabytes: 954 }],
    [{ memoryLimit: 'none' }, { memoryMegabytes: null }],
    [{ cpuLimit: '150%' }, { cpuPercent: 150 }],
    [
      { callsPerMinute: '30', callsAtOnce: 'none' },
      { callsPerMinute: 30, callsAtOnce: null },
    ],
    [{ callTimeout: '2m' }, { callSeconds: 120 }],
    [
      { memoryLimit: '64Mi', cpuLimit: 'none' },
      { memoryMegabytes: 64, cpuPercent: null },
    ],
  ])('%j is %j', (flags, patch) => {
    expect(limitsPatch(flags)).toEqual(patch);
  });

  it('are no change when absent', () => {
    expect(limitsPatch({})).toBeUndefined();
  });

  it.each([
    [{ memoryLimit: '512' }, '--memory-limit: "512" is not a size.'],
    [{ memoryLimit: '' }, '--memory-limit: "" is not a size.'],
    [{ memoryLimit: '-1Gi' }, '--memory-limit: "-1Gi" is not a size.'],
    [{ memoryLimit: '2Mi' }, '--memory-limit: a memory limit is at least 16 MiB.'],
    [{ memoryLimit: '9999Ti' }, '--memory-limit: a memory limit is at most 1 TiB.'],
    [{ callsAtOnce: '0' }, '--calls-at-once: a limit of calls is at least 1.'],
    [{ callTimeout: '100ms' }, '--call-timeout: a time limit is a whole number of seconds.'],
    [{ cpuLimit: '150' }, '--cpu-limit: "150" is not a percentage.'],
    [{ memoryLimit: '64Mi', cpuLimit: '0%' }, '--cpu-limit: a CPU limit is at least 5 % of a core.'],
  ])('%j is refused', (flags, message) => {
    expect(() => limitsPatch(flags)).toThrowError(expect.objectContaining({ code: 'invalid-argument', message }));
  });
});

it('limits are told in words', () => {
  expect(limitsText({})).toBe('none');
  expect(limitsText({ memoryMegabytes: 2048, cpuPercent: 50 })).toBe('2 GiB of memory, 50 % of a core');
});
