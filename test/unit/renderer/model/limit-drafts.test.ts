import { expect, it } from 'vitest';
import { limitDrafts, readLimits } from '../../../../renderer/model/limit-drafts.ts';

it('reads what the fields change, blank for no limit', () => {
  const before = { memoryMegabytes: 512 };
  const drafts = limitDrafts(before);
  const blank = { memoryMegabytes: '', cpuPercent: '', callsPerMinute: '', callsAtOnce: '', callSeconds: '' };
  expect(drafts).toEqual({ ...blank, memoryMegabytes: '512' });
  expect(readLimits(before, drafts)).toEqual({ patch: {}, problems: {} });
  expect(readLimits(before, { ...blank, memoryMegabytes: ' ', cpuPercent: '150', callsPerMinute: '30' })).toEqual({
    patch: { memoryMegabytes: null, cpuPercent: 150, callsPerMinute: 30 },
    problems: {},
  });
});

it('says what is wrong with each field', () => {
  expect(readLimits({}, { ...limitDrafts({}), memoryMegabytes: 'much', cpuPercent: '1', callsAtOnce: '0' })).toEqual({
    patch: {},
    problems: {
      memoryMegabytes: 'This is not a number.',
      cpuPercent: 'A CPU limit is at least 5 % of a core.',
      callsAtOnce: 'A limit of calls is at least 1.',
    },
  });
});
