import { describe, expect, it } from 'vitest';
import { planSources } from '../../../../main/core/kube/kube-sources.ts';

const inputs = { env: {}, home: '/home/x', platform: 'linux', addedPaths: [], demoPath: null } as const;
const plan = (more: Partial<Parameters<typeof planSources>[0]>) =>
  planSources({ ...inputs, ...more }).map(({ origin, path }) => `${origin} ${path}`);

describe('planSources', () => {
  it.each([
    ['the default', {}, ['default /home/x/.kube/config']],
    ['KUBECONFIG in its place', { env: { KUBECONFIG: '/a:/b' } }, ['KUBECONFIG /a', 'KUBECONFIG /b']],
    ['an empty KUBECONFIG is none', { env: { KUBECONFIG: '' } }, ['default /home/x/.kube/config']],
    ['a KUBECONFIG of nothing is no default', { env: { KUBECONFIG: ':' } }, []],
    ['a path twice counts once', { env: { KUBECONFIG: '/a:/b:/a' } }, ['KUBECONFIG /a', 'KUBECONFIG /b']],
    [
      'semicolons on Windows',
      { env: { KUBECONFIG: '/a;/b:c' }, platform: 'win32' as const },
      ['KUBECONFIG /a', 'KUBECONFIG /b:c'],
    ],
    [
      'added paths, home expanded',
      { addedPaths: ['~/k', 'rel', '/abs', '~/k'] },
      ['default /home/x/.kube/config', 'added-file /home/x/k', 'added-file /home/x/rel', 'added-file /abs'],
    ],
    ['what kubectl reads is not added again', { addedPaths: ['~/.kube/config'] }, ['default /home/x/.kube/config']],
    [
      'the demo last',
      { addedPaths: ['/z'], demoPath: '/run/demo' },
      ['default /home/x/.kube/config', 'added-file /z', 'demo /run/demo'],
    ],
  ])('%s', (_name, more, expected) => {
    expect(plan(more)).toEqual(expected);
  });
});
