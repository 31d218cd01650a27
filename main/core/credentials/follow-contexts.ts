import type { Disposable } from '../dispose.ts';
import type { CoreParts } from '../parts.ts';
import type { Launcher } from '../servers/launcher.ts';
import { VanishedContexts } from '../servers/vanished-contexts.ts';

/**
 * What follows for running servers from changes of kubeconfigs and credentials: kubeconfigs are written anew, servers that do not read
 * theirs again get a new process, those whose context has gone end, and clusters are asked again. Each returned thing ends one part of it.
 */
export function followContexts(
  core: CoreParts,
  launcher: Launcher,
  /** Touches the status when the work is done, and tells what failed. */
  follow: (what: string, work: Promise<unknown>) => void,
): Disposable[] {
  const { kube, servers, supervisor, credentials, monitor, status } = core;
  const vanished = new VanishedContexts({
    servers: () => servers.list(),
    lost: (slug) => servers.lostContext(slug),
    look: () => kube.refresh(),
    fail: (slug, error) => supervisor.fail(slug, error),
    start: (slug) => servers.tryAgain(slug),
  });
  const renew = async () => {
    for (const slug of await launcher.renewKubeconfigs()) servers.followKubeconfig(slug);
    await Promise.all(monitor.wanted().map((ref) => monitor.check(ref)));
  };
  let used = '';
  const watchUse = () => {
    const now = monitor.wanted().join('\0');
    if (now === used) return;
    used = now;
    credentials.update();
  };
  credentials.start();
  return [
    vanished,
    kube.onDidChange(() => {
      vanished.update();
      follow('A kubeconfig could not be renewed', renew());
    }),
    servers.onDidChange(() => {
      vanished.update();
      watchUse();
    }),
    credentials.onDidChange(() => status.touch()),
    credentials.onDidChangeFiles(() => follow('A kubeconfig could not be renewed', renew())),
  ];
}
