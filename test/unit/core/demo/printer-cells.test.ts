import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../main/core/demo/kube-object.ts';
import { endpointAddresses, jobStatus, labelSelector, pairs } from '../../../../main/core/demo/printer-cells.ts';

const object = (more: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  ...more,
});

describe('maps and selectors stand in the order of their keys', () => {
  it.each([
    [undefined, '<none>'],
    [{}, '<none>'],
    [{ tier: 'x', app: 'a', 'a-b': '1' }, 'a-b=1,app=a,tier=x'],
  ])('%j', (labels, expected) => {
    expect(pairs(labels)).toBe(expected);
    expect(labelSelector({ matchLabels: labels })).toBe(expected);
  });

  it('with expressions', () => {
    const matchExpressions = [
      { key: 'z', operator: 'Exists' },
      { key: 'b', operator: 'NotIn', values: ['y', 'x'] },
      { key: 'a', operator: 'DoesNotExist' },
    ];
    expect(labelSelector({ matchLabels: { m: '1' }, matchExpressions })).toBe('!a,b notin (x,y),m=1,z');
  });
});

describe('endpointAddresses', () => {
  const addresses = (...ips: string[]) => ips.map((ip) => ({ ip }));
  const ports = (...numbers: number[]) => numbers.map((port) => ({ port }));
  it.each([
    ['no subsets', {}, '<none>'],
    ['none ready', { subsets: [{ notReadyAddresses: addresses('1.1.1.1'), ports: ports(80) }] }, ''],
    ['no ports', { subsets: [{ addresses: addresses('1.1.1.1') }] }, '1.1.1.1'],
    [
      'more than three, port by port',
      { subsets: [{ addresses: addresses('1.1.1.1', '2.2.2.2'), ports: ports(80, 443) }] },
      '1.1.1.1:80,2.2.2.2:80,1.1.1.1:443 + 1 more...',
    ],
  ])('%s', (_what, more, expected) => {
    expect(endpointAddresses(object(more))).toBe(expected);
  });
});

it.each([
  [[], 'Running'],
  [['SuccessCriteriaMet'], 'SuccessCriteriaMet'],
  [['SuccessCriteriaMet', 'Complete'], 'Complete'],
  [['FailureTarget', 'Failed'], 'Failed'],
  [['Suspended'], 'Suspended'],
])('a job with the conditions %j is %s', (types, expected) => {
  const conditions = types.map((type) => ({ type, status: 'True' }));
  expect(jobStatus(object({ status: { conditions } }))).toBe(expected);
});
