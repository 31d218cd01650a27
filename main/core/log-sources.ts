import type { Disposable } from './dispose.ts';
import type { KubeService } from './kube/kube-service.ts';
import type { LogStore } from './logs/log-store.ts';

/** Writes into Berth's own log when a kubeconfig cannot be read, and when it can again: contexts may be missing for it. */
export function logSources(
  kube: Pick<KubeService, 'snapshot' | 'onDidChange'>,
  logs: Pick<LogStore, 'append'>,
): Disposable {
  let told = new Map<string, string>();
  const look = () => {
    const now = new Map<string, string>();
    for (const { path, error } of kube.snapshot().sources) {
      // Files of KUBECONFIG need not exist.
      if (error && error.code !== 'not-found') now.set(path, error.message);
    }
    for (const [path, message] of now) {
      if (told.get(path) !== message) {
        logs.append({ slug: 'berth', stream: 'event', level: 'warn', text: `kubeconfig ${path}: ${message}` });
      }
    }
    for (const path of told.keys()) {
      if (now.has(path)) continue;
      logs.append({ slug: 'berth', stream: 'event', level: 'info', text: `kubeconfig ${path} is no trouble any more` });
    }
    told = now;
  };
  look();
  return kube.onDidChange(look);
}
