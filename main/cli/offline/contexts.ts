import { homedir } from 'node:os';
import type { Context, KubeSource } from '../../../contract/model/context.ts';
import { KubeService } from '../../core/kube/kube-service.ts';
import { berthPaths } from '../../core/paths.ts';
import { ContextRegistry } from '../../core/servers/context-registry.ts';
import { SettingsStore } from '../../core/settings/settings-store.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Contexts and the kubeconfigs that were looked into, with what is wrong with them. */
export interface ContextList {
  readonly contexts: readonly Context[];
  readonly sources: readonly KubeSource[];
}

/** The contexts as they stand in the files, without a running Berth: nothing is started, asked or written. */
export async function listContextsOffline(env: Env, platform: NodeJS.Platform): Promise<ContextList> {
  const settings = await SettingsStore.open({ file: berthPaths(env, platform).settingsFile, watch: false });
  const kube = new KubeService({
    env,
    home: env['HOME'] || homedir(),
    platform,
    addedPaths: () => settings.settings.kubeconfigs,
    loginEnv: async () => ({}),
    once: true,
  });
  try {
    await kube.refresh();
    return { contexts: new ContextRegistry(kube, settings).list(), sources: kube.snapshot().sources };
  } finally {
    kube.dispose();
    await settings.dispose();
  }
}
