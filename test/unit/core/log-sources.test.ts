import { expect, test } from 'vitest';
import type { KubeSource } from '../../../contract/model/context.ts';
import { Emitter } from '../../../main/core/emitter.ts';
import { logSources } from '../../../main/core/log-sources.ts';

test('a kubeconfig that breaks, breaks in another way and is mended leaves a line each, and nothing else does', () => {
  const changed = new Emitter<void>();
  const lines: string[] = [];
  let sources: KubeSource[] = [{ path: '/k/config', origin: 'default', contexts: 3, error: null }];
  const snapshot = () => ({ contexts: [], sources });
  const logs = { append: ({ level, text }: { level?: string; text: string }) => void lines.push(`${level} ${text}`) };
  const subscription = logSources({ snapshot, onDidChange: changed.event }, logs);
  const become = (code: 'invalid-config' | 'not-found' | null, message = '') => {
    sources = [{ path: '/k/config', origin: 'default', contexts: 3, error: code && { code, message } }];
    changed.fire();
  };
  become('invalid-config', 'line 3');
  become('invalid-config', 'line 3');
  become('invalid-config', 'line 4');
  become('not-found', 'gone');
  become(null);
  expect(lines).toEqual([
    'warn kubeconfig /k/config: line 3',
    'warn kubeconfig /k/config: line 4',
    'info kubeconfig /k/config is no trouble any more',
  ]);
  void subscription.dispose();
  become('invalid-config', 'line 5');
  expect(lines).toHaveLength(3);
});
