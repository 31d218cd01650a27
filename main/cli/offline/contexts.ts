import { homedir } from 'node:os';
import type { Context } from '../../../contract/model/context.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The contexts as they stand in the files, without a running Berth: nothing is started, asked or written. */
export async function listContextsOffline(env: Env, platform: NodeJS.Platform): Promise<Context[]> {
  const [{ berthPaths }, { SettingsStore }, { KubeService }, { ContextRegistry }] = await Promise.all([
    import('../../core/paths.ts'),
    import('../../core/settings/settings-store.ts'),
    import('../../core/kube/kube-service.ts'),
    import('../../core/servers/context-registry.ts'),
  ]);
  const settings = await SettingsStore.open({ file: berthPaths(env, platform).settingsFile, watch: false });
  const kube = new KubeService({
    env,
    home: env['HOME'] || homedir(),
    platform,
    addedPaths: () => settings.settings.kubeconfigs,
    loginEnv: async () => ({}),
    watch: false,
  });
  try {
    await kube.refresh();
    return new ContextRegistry(kube, settings).list();
  } finally {
    kube.dispose();
    await settings.dispose();
  }
}
