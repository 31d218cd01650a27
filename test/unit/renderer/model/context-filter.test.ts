import { expect, test } from 'vitest';
import { filterContexts } from '../../../../renderer/model/context-filter.ts';
import { contextOf } from '../../electron/status-of.ts';

const end = { at: '2026-01-01T00:00:00Z', kind: 'token', renewable: false } as const;
const contexts = [
  contextOf({ ref: 'prod-eu', production: true, cluster: 'arn:eks', label: 'Payments' }),
  contextOf({ ref: 'staging', namespace: 'payments', expiry: { ...end, state: 'soon' } }),
  contextOf({ ref: 'lab', apiServer: 'https://10.0.0.7:6443', error: { code: 'unreachable', message: 'x' } }),
  contextOf({ ref: 'fine', expiry: { ...end, state: 'ok' } }),
];
const refs = (search: string, filter: Parameters<typeof filterContexts>[1]['filter'] = 'all') =>
  filterContexts(contexts, { search, filter, inUse: new Set(['lab']) }).map(({ ref }) => ref);

test('every word must be found somewhere', () => {
  expect(refs('')).toHaveLength(4);
  expect(refs('PAYments')).toEqual(['prod-eu', 'staging']);
  expect(refs('payments  EKS')).toEqual(['prod-eu']);
  expect(refs('10.0.0.7')).toEqual(['lab']);
  expect(refs('nowhere')).toEqual([]);
});

test('filters are for what is in use, production, and what needs attention', () => {
  expect(refs('', 'in use')).toEqual(['lab']);
  expect(refs('', 'production')).toEqual(['prod-eu']);
  expect(refs('', 'attention')).toEqual(['staging', 'lab']);
});
