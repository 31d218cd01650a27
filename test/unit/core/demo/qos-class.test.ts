import { expect, it } from 'vitest';
import { qosClass } from '../../../../main/core/demo/qos-class.ts';

const both = (cpu: string, memory: string) => ({ cpu, memory });

it.each([
  ['nothing asked for', [{}], 'BestEffort'],
  ['empty resources', [{ resources: {} }, {}], 'BestEffort'],
  ['another resource alone', [{ resources: { requests: { 'ephemeral-storage': '1Gi' } } }], 'BestEffort'],
  ['requests alone', [{ resources: { requests: both('1', '1Gi') } }], 'Burstable'],
  ['a limit of one kind', [{ resources: { requests: both('1', '1Gi'), limits: { memory: '1Gi' } } }], 'Burstable'],
  ['limits above the requests', [{ resources: { requests: both('1', '1Gi'), limits: both('2', '1Gi') } }], 'Burstable'],
  ['limits like the requests', [{ resources: { requests: both('1', '1Gi'), limits: both('1', '1Gi') } }], 'Guaranteed'],
  ['limits alone', [{ resources: { limits: both('1', '1Gi') } }], 'Guaranteed'],
  ['one container of two', [{ resources: { limits: both('1', '1Gi') } }, {}], 'Burstable'],
])('%s', (_what, containers, expected) => {
  expect(qosClass({ containers })).toBe(expected);
});
