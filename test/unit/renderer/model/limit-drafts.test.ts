import { expect, it } from 'vitest';
import { limitDrafts, readLimits } from '../../../../renderer/model/limit-drafts.ts';

it('reads what the fields change, blank for no limit', () => {
  const before = { memoryMegabytes: 512 };
  const drafts = limitDrafts(before);
  expect(drafts).toEqual({ memoryMegabytes: '512', cpuPercent: '' });
  expect(readLimits(before, drafts)).toEqual({ patch: {}, problems: {} });
  expect(readLimits(before, { memoryMegabytes: ' ', cpuPercent: '150' })).toEqual({
    patch: { memoryMegabytes: null, cpuPercent: 150 },
    problems: {},
  });
});

it('says what is wrong with each field', () => {
  expect(readLimits({}, { memoryMegabytes: 'much', cpuPercent: '1' })).toEqual({
    patch: {},
    problems: { memoryMegabytes: 'This is not a number.', cpuPercent: 'A CPU limit is at least 5 % of a core.' },
  });
});
