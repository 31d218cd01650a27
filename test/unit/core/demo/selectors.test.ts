import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../main/core/demo/kube-object.ts';
import { fieldMatcher, labelMatcher } from '../../../../main/core/demo/selectors.ts';

const object = (labels: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '', labels },
  ...more,
});

describe('labelMatcher', () => {
  const pod = object({ app: 'web', 'k8s.io/tier': 'front', empty: '' });
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app=db', false],
    ['app!=db', true],
    ['other!=x', true],
    ['empty=', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['app in (db, web)', true],
    ['app in (db)', false],
    ['app notin (db),k8s.io/tier=front', true],
    ['other notin (db)', true],
    ['other in (db)', false],
  ])('%j → %s', (selector, expected) => {
    expect(labelMatcher(selector)(pod)).toBe(expected);
  });

  it.each(['a b', 'a in b', '=x', 'a>1', 'a in (x', 'a,=b'])('refuses %j', (selector) => {
    expect(() => labelMatcher(selector)).toThrowError(expect.objectContaining({ code: 400 }));
  });
});

describe('fieldMatcher', () => {
  const pod = object({}, { spec: { nodeName: 'w1' }, status: { phase: 'Running' } });
  it.each([
    ['metadata.name=p,metadata.namespace==n', true],
    ['status.phase!=Running', false],
    ['spec.nodeName=w1,status.phase=Running', true],
    ['spec.nodeName=', false],
    ['spec.hostNetwork=false', true],
  ])('%j → %s', (selector, expected) => {
    expect(fieldMatcher(selector, 'pods')(pod)).toBe(expected);
  });

  it.each([
    ['status.reason=x', 'pods'],
    ['spec.nodeName=w1', 'services'],
    ['metadata.name', 'pods'],
  ])('refuses %j of %s', (selector, plural) => {
    expect(() => fieldMatcher(selector, plural)).toThrowError(expect.objectContaining({ code: 400 }));
  });
});
